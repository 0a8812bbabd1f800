"""Conditional reads: an ETag over the content, and 304 when the client has it already."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

from users.instants import rfc3339


def conditional(request: Request, body: dict[str, Any], *, but: str = "") -> HttpResponse:
    """Answer ``body`` with an ETag, or 304 without a body when ``If-None-Match`` names it.

    The field ``but`` (a time of reading) may differ without making it another answer, which is why
    the ETag is a weak one.
    """
    content = _encode({field: value for field, value in body.items() if field != but})
    digest = hashlib.sha256(content).hexdigest()[:32]
    headers = {"ETag": f'W/"{digest}"', "Cache-Control": "private, no-cache"}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or any(tag.removeprefix("W/") == f'"{digest}"' for tag in known):
        return HttpResponse(status=304, headers=headers)
    whole = _encode(body) if but else content
    return HttpResponse(whole, headers=headers, content_type="application/json")


def _encode(body: dict[str, Any]) -> bytes:
    return msgspec.json.encode(_with_plain_instants(body))


def _with_plain_instants(body: dict[str, Any]) -> dict[str, Any]:
    """Write the instants of the outermost level as everywhere in the API."""
    return {
        field: rfc3339(value) if isinstance(value, datetime) else value
        for field, value in body.items()
    }
