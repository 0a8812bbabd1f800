"""Refuses bodies that are too large before anybody reads them into memory."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from users.problems import ProblemError, problem_response

_RELAY = "/api/v1/relay/"
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
        if length <= limit:
            return self.get_response(request)
        _drain(request, length)
        return problem_response(
            ProblemError(413, "too_large", f"Send at most {limit} bytes; split it into parts.")
        )


def _limit(path: str) -> int:
    relay: int = settings.RELAY_MAX_BODY_BYTES
    general: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return relay if path.startswith(_RELAY) else general


def _drain(request: HttpRequest, length: int) -> None:
    """Read and drop the body, else the closed socket would hide our answer from the client."""
    left = min(length, _MOST_DRAINED)
    while left > 0:
        chunk = request.read(min(_CHUNK, left))
        if not chunk:
            return
        left -= len(chunk)
