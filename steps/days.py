"""How settled a local day's number is. Pure."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum

from users.calendar import LocalCalendar

LATE_DATA_DAYS = 30


class DayStatus(StrEnum):
    """How settled a day's number is."""

    LIVE = "live"
    PROVISIONAL = "provisional"
    FINAL = "final"


def status(day: date, calendar: LocalCalendar, now: datetime) -> DayStatus:
    """Say how settled a day is: running, still open to late data, or closed to it."""
    return statuses(calendar, now)(day)


def statuses(calendar: LocalCalendar, now: datetime) -> Callable[[date], DayStatus]:
    """Return what says how settled each of many days is."""
    today, oldest = calendar.date_of(now), first_open(calendar, now)

    def status_of(day: date) -> DayStatus:
        if day >= today:
            return DayStatus.LIVE
        return DayStatus.PROVISIONAL if day >= oldest else DayStatus.FINAL

    return status_of


def first_open(calendar: LocalCalendar, now: datetime) -> date:
    """Return the earliest local day that is still open to late data."""
    return calendar.date_of(now) - timedelta(days=LATE_DATA_DAYS)
