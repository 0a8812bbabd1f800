"""Lists in pages: an opaque cursor, never a page number."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from users.query_params import invalid

PAGE = 50
_FARTHEST = 1_000_000
Row = TypeVar("Row", bound=Model)


def page(request: Request, rows: QuerySet[Row], render: Callable[[Row], Any]) -> dict[str, Any]:
    """Return ``{"results", "next"}`` for the page that ``?cursor=`` asks for.

    Raises ``ProblemError`` 400 for a cursor that none of our answers gave.
    """
    start = decode_cursor(request.query_params.get("cursor"))
    found = list(rows[start : start + PAGE + 1])
    following = encode_cursor(start + PAGE) if len(found) > PAGE else None
    return {"results": [render(row) for row in found[:PAGE]], "next": following}


def encode_cursor(position: int) -> str:
    """Make the cursor of a position in a list."""
    return base64.urlsafe_b64encode(f"p{position}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> int:
    """Read a cursor; no cursor is the beginning. Raises ``ProblemError`` 400."""
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        position = int(text.removeprefix("p"))
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise invalid("cursor", "Use the cursor exactly as the list gave it.") from error
    if not 0 <= position <= _FARTHEST:
        raise invalid("cursor", "Use the cursor exactly as the list gave it.")
    return position
