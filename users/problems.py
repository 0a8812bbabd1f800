"""Every error of the API as ``application/problem+json`` (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.views import set_rollback

MEDIA_TYPE = "application/problem+json"
_CODES = {
    400: "bad_request",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


class ProblemError(Exception):
    """An answer with a 4xx or 5xx status, a stable ``code`` and a sentence saying what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """The problem document."""
        document = problem(self.status, self.code, self.detail)
        if self.errors:
            document["errors"] = dict(self.errors)
        return document


def problem(status: int, code: str | None, detail: str) -> dict[str, Any]:
    """Make a problem document; without ``code`` the status has a word of its own."""
    code = code or _CODES.get(status, "error")
    return {
        "type": f"urn:stepwell:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }


def problem_response(error: ProblemError) -> HttpResponse:
    """Answer a plain Django view with a problem."""
    return JsonResponse(
        error.body, status=error.status, headers=error.headers, content_type=MEDIA_TYPE
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: whatever goes wrong becomes a problem document."""
    if isinstance(error, Http404):
        error = ProblemError(404, "not_found", "There is nothing here that you can see.")
    if isinstance(error, ProblemError):
        set_rollback()
        return Response(
            error.body, status=error.status, headers=error.headers, content_type=MEDIA_TYPE
        )
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    response.data = _document(error, response)
    response.content_type = MEDIA_TYPE
    return response


def _document(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        document = problem(400, "invalid", "Some of what was sent is not valid; see errors.")
        document["errors"] = _field_errors(error.detail)
        return document
    detail = getattr(error, "detail", None) or HTTPStatus(response.status_code).phrase
    code = getattr(detail, "code", None)
    generic = {"error", "not_found", "parse_error", "throttled"}
    return problem(
        response.status_code, None if code in generic else code, str(detail).rstrip(".") + "."
    )


def _field_errors(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {"body": [str(item) for item in detail]}
    return {field: _messages(messages) for field, messages in detail.items()}


def _messages(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [f"{key}: {text}" for key, texts in messages.items() for text in _messages(texts)]
    if isinstance(messages, list):
        return [text for item in messages for text in _messages(item)]
    return [str(messages)]
