"""Refuses bodies that are too large before anybody reads them into memory."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from users.problems import ProblemError, problem_response

_RELAY = "/api/v1/relay/"
_WEBHOOKS = "/webhooks/"
_OUR_APP = frozenset({"/api/v1/relay/uploads", "/api/v1/relay/status"})
_CHUNK = 64 * 1024
_MOST_DRAINED = 32 * 1024 * 1024


class BodyLimitMiddleware:
    """Answers 413 by the announced length; phones may send more than other clients."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through unless its body is too large."""
        limit = _limit(request.path)
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > limit:
            response = problem_response(_refusal(request.path, limit))
        else:
            response = self.get_response(request)
        if response.status_code >= 400:
            _drain(request, length)
        return response


def _limit(path: str) -> int:
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if path.startswith(_RELAY):
        limit = settings.RELAY_MAX_BODY_BYTES
    if path.startswith(_WEBHOOKS):
        limit = settings.WEBHOOK_MAX_BODY_BYTES
    return limit


def _refusal(path: str, limit: int) -> ProblemError:
    """Other people's phone apps throw away what a 4xx refused, and keep it after a 503."""
    foreign = path.startswith(_RELAY) and path not in _OUR_APP
    status = 503 if foreign else 413
    return ProblemError(status, "too_large", f"Send at most {limit} bytes; split it.")


def _drain(request: HttpRequest, length: int) -> None:
    """Read and drop what nobody read, else the closed socket hides our answer from the client."""
    left = min(length, _MOST_DRAINED)
    while left > 0:
        chunk = _read(request, min(_CHUNK, left))
        if not chunk:
            return
        left -= len(chunk)


def _read(request: HttpRequest, size: int) -> bytes:
    try:
        return request.read(size)
    except UnreadablePostError:
        return b""
