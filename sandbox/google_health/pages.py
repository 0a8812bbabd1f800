"""Page sizes and page tokens."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from sandbox.google_health.errors import bad_argument

ALWAYS_ALLOWED = frozenset({"alt", "fields", "key", "prettyPrint", "$.xgafv", "quotaUser"})


def check_names(params: Mapping[str, str], allowed: frozenset[str]) -> None:
    """400 for a query parameter the method does not have."""
    for name in params:
        if name not in allowed | ALWAYS_ALLOWED:
            raise bad_argument(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query'
                f" parameter. Field '{name}' could not be found in request message.",
                field="",
            )


def page_size(params: Mapping[str, str], *, default: int, most: int) -> int:
    """The wanted page size; 0 or nothing means the default, more than the most is clamped."""
    text = params.get("pageSize", "0")
    if not (text.isascii() and text.isdigit()):
        raise bad_argument(
            f"Invalid value at 'page_size' (TYPE_INT32), \"{text}\"", field="page_size"
        )
    return min(int(text[:12]), most) or default


def fingerprint(params: Mapping[str, str]) -> str:
    """What a page token is bound to: every parameter but the token itself."""
    rest = sorted((name, value) for name, value in params.items() if name != "pageToken")
    return hashlib.sha256(repr(rest).encode(errors="replace")).hexdigest()[:12]


def token_for(cursor: tuple[int, ...], params: Mapping[str, str]) -> str:
    """The token that resumes after `cursor`."""
    text = ".".join([fingerprint(params), *map(str, cursor)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def cursor_of(params: Mapping[str, str]) -> tuple[int, ...] | None:
    """The cursor of the request's page token, None without one. 400 for a foreign token."""
    token = params.get("pageToken", "")
    if not token:
        return None
    try:
        owner, *cursor = base64.urlsafe_b64decode(token.encode()).decode().split(".")
        numbers = tuple(int(part) for part in cursor)
    except (binascii.Error, ValueError):
        owner, numbers = "", ()
    if owner != fingerprint(params):
        raise bad_argument("The page token is invalid.", field="page_token")
    return numbers
