"""Conditional reads: an ETag over the content, and 304 when the client has it already."""

import hashlib
from typing import Any

import msgspec
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response


def conditional(request: Request, body: dict[str, Any], *, but: str = "") -> Response:
    """Answer ``body`` with an ETag, or 304 without a body when ``If-None-Match`` names it.

    The field ``but`` (a time of reading) may differ without making it another answer, which is why
    the ETag is a weak one.
    """
    content = {field: value for field, value in body.items() if field != but}
    digest = hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]
    headers = {"ETag": f'W/"{digest}"', "Cache-Control": "private, no-cache"}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or any(tag.removeprefix("W/") == f'"{digest}"' for tag in known):
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)
