"""The calls of the Google Health API, v4, that steps need.

Source: developers.google.com/health, reference of ``users.dataTypes.dataPoints``,
``users.identity``, ``users.settings`` and ``users.pairedDevices``, and what integrators saw live.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.contract import DayTotal, HourTotal, Identity, TrackerDevice
from integrations.errors import BadPayload
from integrations.http import HttpClient
from integrations.providers.fitbit import mapping

POINTS = "/v4/users/me/dataTypes/steps/dataPoints"
LONGEST_RANGE_DAYS = 90
MOST_PAGES = 50
HOUR = timedelta(hours=1)


def identity(http: HttpClient) -> Identity:
    """Whose account it is; any read scope allows to ask."""
    return mapping.identity(http.get("/v4/users/me/identity"))


def timezone(http: HttpClient) -> str | None:
    """The IANA time zone of the account's settings (needs the settings scope)."""
    return mapping.timezone(http.get("/v4/users/me/settings"))


def devices(http: HttpClient) -> list[TrackerDevice]:
    """Every paired device, scales included (needs the settings scope)."""

    def page(token: str | None) -> dict[str, Any]:
        more = {"pageToken": token} if token else {}
        return http.get("/v4/users/me/pairedDevices", {"pageSize": "100"} | more)

    return [device for body in _pages(page) for device in mapping.devices(body)]


def day_totals(http: HttpClient, family: str, first: date, last: date) -> list[DayTotal]:
    """Totals of the civil days ``first`` to ``last`` inclusive, oldest first."""
    found: list[DayTotal] = []
    while first <= last:
        end = min(last, first + timedelta(days=LONGEST_RANGE_DAYS - 1))
        body = http.post(f"{POINTS}:dailyRollUp", _daily(family, first, end))
        found += mapping.days(body, first, end)
        first = end + timedelta(days=1)
    return found


def _daily(family: str, first: date, last: date) -> dict[str, Any]:
    """``pageSize`` is no paging here: too small or too large for the range is an error (400)."""
    return {
        "range": {"start": _midnight(first), "end": _midnight(last + timedelta(days=1))},
        "windowSizeDays": 1,
        "pageSize": (last - first).days + 1,
        "dataSourceFamily": f"users/me/dataSourceFamilies/{family}",
    }


def _midnight(day: date) -> dict[str, dict[str, int]]:
    return {
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "time": {"hours": 0, "minutes": 0, "seconds": 0, "nanos": 0},
    }


def hour_totals(http: HttpClient, family: str, start: datetime, end: datetime) -> list[HourTotal]:
    """Totals of the hours from ``start`` to ``end`` (instants), oldest first."""
    found: list[HourTotal] = []
    while start < end:
        until = min(end, start + timedelta(days=LONGEST_RANGE_DAYS))
        found += _hours(http, _hourly(family, start, until))
        start = until
    return sorted(found, key=lambda hour: hour.start)


def _hours(http: HttpClient, request: dict[str, Any]) -> list[HourTotal]:
    def page(token: str | None) -> dict[str, Any]:
        more = {"pageToken": token} if token else {}
        return http.post(f"{POINTS}:rollUp", request | more)

    return [hour for body in _pages(page) for hour in mapping.hours(body)]


def _hourly(family: str, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "range": {"startTime": _instant(start), "endTime": _instant(end)},
        "windowSize": "3600s",
        "pageSize": -((start - end) // HOUR),
        "dataSourceFamily": f"users/me/dataSourceFamilies/{family}",
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _pages(page: Callable[[str | None], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Follow page tokens to the end; a page may be empty and yet not be the last."""
    token = None
    for _ in range(MOST_PAGES):
        body = page(token)
        yield body
        token = mapping.next_page(body)
        if token is None:
            return
    raise BadPayload("the pages do not end")
