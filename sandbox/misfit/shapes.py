"""Answers and errors in Misfit's words."""

import time
from typing import Any

import msgspec
from werkzeug.wrappers import Response

from sandbox.misfit.knobs import MisfitKnobs

LANDING_PAGE = (
    "<!DOCTYPE html><html><head><title>Misfit</title></head>"
    "<body><h1>Thank you for being a Misfit</h1></body></html>"
)
MESSAGES = {
    400: "Invalid parameters",
    401: "Invalid Access Token",
    403: "Forbidden",
    410: "Gone",
    429: "Rate limit exceeded",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def json_response(body: Any, *, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(
        msgspec.json.encode(body), status=status, content_type="application/json; charset=utf-8"
    )


def text_response(text: str, *, status: int) -> Response:
    """A plain answer, as the web framework behind the service gave it."""
    return Response(f"{text}\n", status=status, mimetype="text/plain")


def landing_page() -> Response:
    """What a host says that serves no API any more."""
    return Response(LANDING_PAGE, mimetype="text/html")


def error(status: int, knobs: MisfitKnobs) -> Response:
    """An error in the style in force; a wrong token always has the older one."""
    if status == 500:
        empty = knobs.server_error == "empty_object"
        return json_response({}, status=500) if empty else text_response("Oops", status=500)
    if status == 404:
        return nowhere()
    message = MESSAGES.get(status, "Error")
    if status == 400:
        return json_response({"error_message": message}, status=400)
    older = knobs.error_keys == "code" or status == 401
    keys = ("code", "message") if older else ("error_code", "error_message")
    return json_response(dict(zip(keys, (status, message), strict=True)), status=status)


def nowhere() -> Response:
    """404, which is not JSON."""
    return text_response("Cannot GET /path", status=404)


def too_many(knobs: MisfitKnobs, wait: float) -> Response:
    """429 with the headers; `Remaining` says nothing of use, as it was seen to do."""
    response = error(429, knobs)
    response.headers["X-RateLimit-Limit"] = str(knobs.calls_per_hour)
    response.headers["X-RateLimit-Remaining"] = str(max(0, knobs.calls_per_hour - 2))
    if knobs.rate_reset != "missing":
        ahead = wait if knobs.rate_reset == "future" else -3600
        response.headers["X-RateLimit-Reset"] = str(int(time.time() + ahead) + 1)
    return response
