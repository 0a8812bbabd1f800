"""Conditional reads: an ETag over the content, and 304 when the client has it already."""

import hashlib
from typing import Any

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response


def conditional(request: Request, data: Any, *, fingerprint: Any = None) -> Response:
    """Answer ``data`` with an ETag, or 304 without a body when ``If-None-Match`` names it.

    ``fingerprint`` replaces ``data`` in the ETag where a part of it (a time of reading) is none.
    """
    content = msgspec.json.encode(data if fingerprint is None else fingerprint, order="sorted")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    return Response(data, headers=headers)
