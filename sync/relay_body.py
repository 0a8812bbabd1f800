"""Reads a phone's body with bounds: never more than allowed, never a gzip bomb."""

import zlib
from typing import Any

from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from users.problems import ProblemError

INFLATE_FACTOR = 8
_GZIP = 16 + zlib.MAX_WBITS


class RawBody(BaseParser):
    """Hands the view the bytes as sent, decompressed; whatever the content type says.

    Raises ``ProblemError`` 413 for too much and 400 for a broken gzip stream.
    """

    media_type = "*/*"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Any = None,
    ) -> Any:
        """Read at most ``RELAY_MAX_BODY_BYTES``."""
        return _bounded(stream, parser_context["request"])


def body_of(request: Request) -> bytes:
    """Return the body as sent, decompressed, with the bounds of ``RawBody``.

    Phones also send in chunks without a length (Android's usual HTTP client does). Django takes
    that for an empty body, so the server's own stream is read, which ends where the body ends.
    """
    environ = request.META
    if not environ.get("CONTENT_LENGTH") and environ.get("wsgi.input_terminated"):
        return _bounded(environ["wsgi.input"], request)
    return request.data if isinstance(request.data, bytes) else b""


def _bounded(stream: Any, request: Request) -> bytes:
    limit = settings.RELAY_MAX_BODY_BYTES
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise too_large(limit)
    if request.headers.get("Content-Encoding", "").lower() == "gzip":
        return inflate(body, limit * INFLATE_FACTOR)
    return body


def inflate(body: bytes, limit: int) -> bytes:
    """Decompress gzip up to ``limit`` bytes."""
    engine = zlib.decompressobj(_GZIP)
    try:
        plain = engine.decompress(body, limit)
    except zlib.error as error:
        raise ProblemError(400, "broken_gzip", "The gzip body is broken; send it again.") from error
    if engine.unconsumed_tail:
        raise too_large(limit)
    if not engine.eof:
        raise ProblemError(400, "broken_gzip", "The gzip body was cut off; send it again.")
    return plain


def too_large(limit: int) -> ProblemError:
    """Make the answer for a body that is too large."""
    return ProblemError(
        413, "too_large", f"Send at most {limit} bytes at a time; split the upload into parts."
    )
