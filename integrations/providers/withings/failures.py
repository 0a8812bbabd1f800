"""What the numbers mean that Withings puts into answers with HTTP 200. Pure.

Source: the list of response statuses at developer.withings.com, grouped as a maintained client
(aiowithings) groups it, and answers that users of another client (withings-sync) have seen. A
number nobody knows never sends a person to the consent page.
"""

import re
from collections.abc import Mapping
from typing import Any

from integrations.errors import (
    BadPayload,
    ProviderFailure,
    RateLimited,
    Rejected,
    Transient,
    Unauthorized,
)

GOOD = 0
REFUSED_TOKEN = frozenset({100, 101, 102, 200, 401})
BAD_CALLBACK = 293
# A timeout on their side, and a state that passes.
PASSING = frozenset({522, 524})
TOO_MANY = 601
# "Invalid parameters" of a token request: only the text tells a dead grant from a wrong request.
INVALID = 503
DEAD_GRANT = re.compile(r"invalid (code|token|refresh_token)\b", re.IGNORECASE)
# No published number has more than four digits; a longer one is a broken answer.
HIGHEST = 99_999


def opened(body: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What is inside an answer; raises the failure that its status stands for."""
    status, inner = body.get("status"), body.get("body", {})
    if not isinstance(status, int) or not 0 <= status <= HIGHEST:
        raise BadPayload(f"{where} answered without a status")
    failure = _failure(status, where)
    if failure is not None:
        raise failure
    if not isinstance(inner, dict):
        raise BadPayload(f"{where} answered without a body")
    return inner


def _failure(status: int, where: str) -> ProviderFailure | None:
    """The limit is the whole application's, so everybody has to wait."""
    detail = f"{where} answered status {status}"
    if status == GOOD:
        return None
    if status in REFUSED_TOKEN:
        return Unauthorized(detail)
    if status == TOO_MANY:
        return RateLimited(detail, cause="provider_rate_limited_app")
    return (Transient if status in PASSING else Rejected)(detail)


def token_error(status: int, body: Mapping[str, Any]) -> str:
    """The word of RFC 6749 for the number in a token answer, ``""`` where it is good."""
    number = body.get("status")
    if not 200 <= status < 300 or not isinstance(number, int) or number == GOOD:
        return ""
    dead = number == INVALID and DEAD_GRANT.search(str(body.get("error")))
    if number in REFUSED_TOKEN or dead:
        return "invalid_grant"
    return "temporarily_unavailable" if number in PASSING | {TOO_MANY} else "invalid_request"
