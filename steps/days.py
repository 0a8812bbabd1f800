"""The local day: where it begins and ends, which hours it has, how settled its number is. Pure."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LATE_DATA_DAYS = 30
ONE_DAY = timedelta(days=1)


class DayStatus(StrEnum):
    """How settled a day's number is."""

    LIVE = "live"
    PROVISIONAL = "provisional"
    FINAL = "final"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which a local day begins.

    Where clocks skip midnight the day begins at the first instant that exists.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open interval (UTC) of a local day: 23, 24 or 25 hours long."""
    return midnight(day, zone), midnight(day + ONE_DAY, zone)


def hour_borders(day: date, zone: ZoneInfo) -> list[datetime]:
    """Return the borders (UTC) of the day's hours, first and last included."""
    start, end = bounds(day, zone)
    hours = int((end - start) / timedelta(hours=1))
    borders = [start + timedelta(hours=n) for n in range(hours + 1)]
    return borders if borders[-1] == end else [*borders, end]


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Return the local day an instant falls on."""
    return instant.astimezone(zone).date()


def days_touched(start: datetime, end: datetime, zone: ZoneInfo) -> list[date]:
    """Return every local day that the interval ``[start, end]`` has a part in."""
    first = local_date(start, zone)
    last = local_date(max(start, end - timedelta(microseconds=1)), zone)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def status(day: date, zone: ZoneInfo, now: datetime) -> DayStatus:
    """Say how settled a day is: running, still open to late data, or closed to it."""
    today = local_date(now, zone)
    if day >= today:
        return DayStatus.LIVE
    settled = day < today - timedelta(days=LATE_DATA_DAYS)
    return DayStatus.FINAL if settled else DayStatus.PROVISIONAL
