"""The calls of the Garmin Health API that steps need.

Source: digests of Garmin's partner guides and integrators' code. Two roots are in use for what
concerns the person; whichever answers is taken.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from integrations.contract import Identity
from integrations.errors import BadPayload, NeedsReconnect, Rejected
from integrations.http import HttpClient
from integrations.providers.garmin import failures, mapping

HEALTH_API = "/wellness-api/rest"
PARTNER_GATEWAY = "/partner-gateway/rest"
# 90 days for dailies in one source, 30 for everything in another: the smaller holds in both.
LONGEST_RANGE = timedelta(days=30)
HISTORY_NOT_SHARED = "history_not_shared"
ADDRESS = re.compile(r"[A-Za-z0-9/?&=._~:%+-]{1,4000}")


def identity(http: HttpClient) -> Identity:
    """Whose account it is, and what the person ticked on Garmin's consent page."""
    return mapping.identity(_of_user(http, "GET", "id"), _allowed(http))


def _allowed(http: HttpClient) -> frozenset[str] | None:
    """None where Garmin does not tell, which is no reason to refuse anybody."""
    try:
        return frozenset(mapping.permissions(_of_user(http, "GET", "permissions")))
    except (Rejected, BadPayload):
        return None


def leave(http: HttpClient) -> None:
    """End the registration, as Garmin demands of everybody who disconnects a person."""
    try:
        _of_user(http, "DELETE", "registration")
    except failures.NotThere:
        return


def _of_user(http: HttpClient, method: str, name: str) -> object:
    try:
        return http.ask(method, f"{HEALTH_API}/user/{name}")
    except failures.NotThere:
        return http.ask(method, f"{PARTNER_GATEWAY}/user/{name}")


def backfill(http: HttpClient, first: date, last: date) -> None:
    """Ask for the dailies of the days before ``last``; they come by webhook.

    The day ``last`` itself is left out: it comes by webhook as it grows, and a range must not reach
    into the future. Raises ``NeedsReconnect`` (``history_not_shared``) when the person did not
    allow it, which is the default of Garmin's consent page.
    """
    start, end = _midnight(first), _midnight(last)
    while start < end:
        until = min(end, start + LONGEST_RANGE)
        try:
            _ask_for(http, start, until)
        except (failures.NotAllowed, failures.SwitchedOff):
            raise NeedsReconnect("no consent to history", cause=HISTORY_NOT_SHARED) from None
        start = until


def _ask_for(http: HttpClient, start: datetime, end: datetime) -> None:
    """Ask once; where the range begins too early, once more for its later half."""
    try:
        _ask_backfill(http, start, end)
    except failures.TooFarBack:
        try:
            _ask_backfill(http, start + (end - start) / 2, end)
        except failures.TooFarBack:
            return


def _ask_backfill(http: HttpClient, start: datetime, end: datetime) -> None:
    """Garmin answers 202 and nothing; a range that was asked for before is not sent again (409)."""
    seconds = {
        "summaryStartTimeInSeconds": str(int(start.timestamp())),
        "summaryEndTimeInSeconds": str(int(end.timestamp())),
    }
    try:
        http.ask("GET", f"{HEALTH_API}/backfill/dailies", params=seconds)
    except failures.AskedBefore:
        return


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def collect(http: HttpClient, api_url: str, address: object) -> object:
    """Fetch what a ping points to, at exactly the address it names.

    Only addresses of the Health API are asked: anything else would send the person's token to
    whoever wrote the ping. Raises ``BadPayload`` for others.
    """
    root = f"{api_url.rstrip('/')}{HEALTH_API}/"
    if not isinstance(address, str) or not address.startswith(root):
        raise BadPayload("the callback address is not Garmin's")
    path = address[len(root) :].partition("?")[0]
    if not ADDRESS.fullmatch(address) or "%" in path or ".." in path:
        raise BadPayload("the callback address is not plain")
    return http.ask("GET", address[len(api_url.rstrip("/")) :])
