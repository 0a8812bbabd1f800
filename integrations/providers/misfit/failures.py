"""What the Misfit Cloud API means by its error answers. Pure.

The HTTP status decides. Bodies come as ``{"code", "message"}``, as ``{"error_code",
"error_message"}``, as plain text or empty, so they are read only where a status claims success.
The headers of a 429 are read by the general rules. Source: the recorded errors in the tests of two
public clients.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.errors import ProviderFailure, ProviderGone
from integrations.statuses import failure_of


def classify(status: int, body: object, headers: Mapping[str, str]) -> ProviderFailure | None:
    """Name the failure, or None where the HTTP status alone says enough.

    A web page in the place of an answer is the landing page of a host that serves no API any more.
    """
    del body
    if status == 410 or (200 <= status < 300 and _is_page(headers)):
        return ProviderGone("the interface has ended")
    return None


def hidden(body: Mapping[str, Any]) -> ProviderFailure | None:
    """The failure in the body of an answer whose status claims success."""
    for key in ("code", "error_code"):
        code = body.get(key)
        if isinstance(code, int) and 400 <= code < 600:
            return failure_of(code, {}, datetime.min.replace(tzinfo=UTC), "an answer")
    return None


def token_error(status: int, body: Mapping[str, Any]) -> str:
    """A success without a token is how a wrong client secret has been answered."""
    nothing = body and not {"access_token", "error"} & body.keys()
    return "invalid_client" if 200 <= status < 300 and nothing else ""


def _is_page(headers: Mapping[str, str]) -> bool:
    return headers.get("Content-Type", "").lower().startswith("text/html")
