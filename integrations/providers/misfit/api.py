"""The calls of the Misfit Cloud API that steps need, all below ``/move/resource/v1/user/me``."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from integrations.contract import DayTotal, Identity, TrackerDevice
from integrations.http import HttpClient
from integrations.providers.misfit import failures, mapping

ME = "/move/resource/v1/user/me"
# Sources name 30 or 31 days as the longest range; ours spans 31 dates, 30 days from end to end.
DAYS_AT_ONCE = 30
ONE_DAY = timedelta(days=1)


def identity(http: HttpClient) -> Identity:
    """Whose account it is."""
    return mapping.identity(_get(http, "profile"))


def devices(http: HttpClient) -> tuple[TrackerDevice, ...]:
    """The current tracker, or nothing."""
    return mapping.devices(_get(http, "device"))


def day_totals(http: HttpClient, first: date, last: date) -> list[DayTotal]:
    """Totals of the civil days ``first`` to ``last`` inclusive, oldest first.

    Whether ``end_date`` is included has changed over time, so one day more is asked for and what
    lies outside is dropped.
    """
    found: list[DayTotal] = []
    for start, end in _chunks(first, last):
        asked = {
            "start_date": start.isoformat(),
            "end_date": (end + ONE_DAY).isoformat(),
            "detail": "true",
        }
        found += mapping.days(_get(http, "activity/summary", asked), start, end)
    return found


def _chunks(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, first + timedelta(days=DAYS_AT_ONCE - 1))
        yield first, end
        first = end + ONE_DAY


def _get(http: HttpClient, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
    """An answer that claims success may still be an error inside."""
    body = http.get(f"{ME}/{path}", params)
    failure = failures.hidden(body)
    if failure is not None:
        raise failure
    return body
