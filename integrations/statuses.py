"""What an HTTP answer that is no success means, in the words of ``integrations.errors``."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.errors import (
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
    StrangePage,
    Transient,
    Unauthorized,
)

SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(hours=24)


def failure_of(
    status: int, headers: Mapping[str, str], now: datetime, where: str
) -> ProviderFailure | None:
    """The failure an HTTP status stands for where the provider has no word of its own.

    None means success. An unexplained 403 is ``Rejected``: only a reason from the provider may send
    a person to the consent page. ``where`` names the call and becomes part of the detail.
    """
    detail = f"{where} answered {status}"
    if 200 <= status < 300:
        return None
    if status == 429:
        return RateLimited(detail, retry_at=retry_at(headers.get("Retry-After"), now))
    if status in {408, 425} or status >= 500:
        return Transient(detail)
    named: dict[int, type[ProviderFailure]] = {401: Unauthorized, 410: ProviderGone}
    return named.get(status, Rejected if status >= 400 else StrangePage)(detail)


def retry_at(value: str | None, now: datetime) -> datetime | None:
    """When a ``Retry-After`` header (seconds or an HTTP date) allows the next call, in UTC.

    None when the header is missing or unreadable; otherwise between one second and 24 hours from
    ``now``, so that neither a clock difference nor a typing error can hammer or stall.
    """
    wait = _wait(value.strip(), now) if value else None
    return None if wait is None else now + min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _wait(value: str, now: datetime) -> timedelta | None:
    if value.removeprefix("-").isdecimal() and value.isascii():
        return timedelta(seconds=int(value)) if len(value) < 10 else LONGEST_WAIT
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    # A date without a zone comes back naive; HTTP dates are UTC by definition.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
