"""Where a challenge stands at an instant. Pure: values in, values out.

A challenge counts local days, and a local day begins and ends at different instants around the
globe: first at UTC+14, last at UTC-12.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

EARLIEST_ZONE = timedelta(hours=14)
LATEST_ZONE = timedelta(hours=-12)
# The last day ends at noon (UTC) of the next, and grace is 72 hours at most: a challenge whose
# ``ends_on`` is longer ago is final, whatever its grace.
LONGEST_TAIL = timedelta(days=5)
# The stored last day of a challenge that has none: it goes on until staff close it.
OPEN_END = date(2100, 12, 31)


class State(StrEnum):
    """The life of a challenge, in order."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    LIVE = "live"
    CLOSING = "closing"
    FINAL = "final"


class DayStatus(StrEnum):
    """How settled the number of one local day is."""

    LIVE = "live"
    PROVISIONAL = "provisional"
    FINAL = "final"


class Calendar(Protocol):
    """What the phases need to know of a challenge; ``models.Challenge`` has all of it."""

    @property
    def published_at(self) -> datetime | None:
        """When staff made it visible; None is a draft."""

    @property
    def starts_on(self) -> date:
        """First local day that counts."""

    @property
    def ends_on(self) -> date:
        """Last local day that counts."""

    @property
    def grace_hours(self) -> int:
        """Hours in which late steps still count after the last day is over everywhere."""

    @property
    def open_until(self) -> datetime | None:
        """Until when staff opened it again, or None."""

    @property
    def frozen_at(self) -> datetime | None:
        """When its result was frozen, None while it is not."""


def begins_at(starts_on: date) -> datetime:
    """Return the first instant (UTC) at which the local day ``starts_on`` has begun somewhere."""
    return datetime.combine(starts_on, time(), UTC) - EARLIEST_ZONE


def over_at(ends_on: date) -> datetime:
    """Return the instant (UTC) from which the local day ``ends_on`` is over everywhere."""
    return datetime.combine(ends_on + timedelta(days=1), time(), UTC) - LATEST_ZONE


def final_at(calendar: Calendar) -> datetime:
    """Return the instant (UTC) from which nothing changes any more."""
    planned = over_at(calendar.ends_on) + timedelta(hours=calendar.grace_hours)
    return max(planned, calendar.open_until) if calendar.open_until else planned


def last_day(calendar: Calendar) -> date | None:
    """Return the last local day that counts, None while there is none."""
    return None if calendar.ends_on == OPEN_END else calendar.ends_on


def state_of(calendar: Calendar, now: datetime) -> State:
    """Return the state at ``now`` (aware)."""
    if calendar.published_at is None:
        return State.DRAFT
    if calendar.frozen_at is not None:
        return State.FINAL
    if now < begins_at(calendar.starts_on):
        return State.UPCOMING
    if now < over_at(calendar.ends_on):
        return State.LIVE
    return State.CLOSING if now < final_at(calendar) else State.FINAL


def is_open(calendar: Calendar, now: datetime) -> bool:
    """Return whether scores may still change: published and not final."""
    return state_of(calendar, now) not in {State.DRAFT, State.FINAL}


def day_status(*, day: date, zone: tzinfo, calendar: Calendar, now: datetime) -> DayStatus:
    """Return how settled ``day``, a local day of someone who lives in ``zone``, is at ``now``.

    Live from today on, provisional while late steps still count, then final.
    """
    if now >= final_at(calendar):
        return DayStatus.FINAL
    today = now.astimezone(zone).date()
    return DayStatus.LIVE if day >= today else DayStatus.PROVISIONAL
