"""No HTML error ever leaves the API: what Django itself refuses becomes a problem too."""

import json
import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg_pool import PoolTimeout

from users.problems import MEDIA_TYPE, ProblemError, problem, problem_response

log = logging.getLogger(__name__)
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
API_PREFIXES = ("/api/", "/_allauth/", "/webhooks/")
_DETAILS = {
    400: "The request could not be read.",
    404: "There is no such address. See /api/docs for those that exist.",
    405: "This address does not take that method.",
    413: "The body is too large.",
    503: "We cannot store or read anything right now. Keep what you have and try again shortly.",
    500: "Something went wrong on our side. It has been recorded; please try again.",
}


class ProblemMiddleware:
    """Rewrites error answers under the API's prefixes that are not problem documents yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through and look at the answer."""
        response = self.get_response(request)
        if response.status_code < 400 or not is_api(request):
            return response
        content_type = response.headers.get("Content-Type", "")
        if content_type.startswith(MEDIA_TYPE):
            return response
        if content_type.startswith("application/json"):
            return _extended(response)
        return plain_problem(response.status_code)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Refuse JSON that no parser can follow and say when the database is away.

        Everything else is a real crash.
        """
        if not is_api(request):
            return None
        if _is_unreadable_json(exception):
            return plain_problem(400)
        if isinstance(exception, DATABASE_AWAY):
            log.warning("no database", extra={"action": "database_away"})
            return problem_response(_unavailable())
        return None


def _unavailable() -> ProblemError:
    return ProblemError(503, "unavailable", _detail(503), headers={"Retry-After": "5"})


def _is_unreadable_json(exception: Exception) -> bool:
    """Too deep, or an integer of thousands of digits (which Python refuses to read)."""
    too_long = isinstance(exception, ValueError) and "integer string conversion" in str(exception)
    return too_long or isinstance(exception, RecursionError)


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, and so no answer may be a page."""
    return request.path.startswith(API_PREFIXES)


def plain_problem(status: int) -> HttpResponse:
    """Answer with the problem that the status alone tells."""
    return problem_response(ProblemError(status, "", _detail(status)))


def _detail(status: int) -> str:
    return _DETAILS.get(status, HTTPStatus(status).phrase + ".")


def _extended(response: HttpResponse) -> HttpResponse:
    """Keep a library's own JSON members (sign-in flows need them) and add the problem's."""
    own = json.loads(response.content or b"{}")
    members = problem(response.status_code, None, _detail(response.status_code)) | (
        own if isinstance(own, dict) else {}
    )
    response.content = json.dumps(members).encode()
    response.headers["Content-Type"] = MEDIA_TYPE
    response.headers["Content-Length"] = str(len(response.content))
    return response
