"""How settled a local day's number is. Pure."""

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
    today = calendar.date_of(now)
    if day >= today:
        return DayStatus.LIVE
    settled = day < today - timedelta(days=LATE_DATA_DAYS)
    return DayStatus.FINAL if settled else DayStatus.PROVISIONAL
