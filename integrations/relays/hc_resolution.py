"""Tells the day totals of HC Webhook from its sums over some minutes. Pure.

Neither comes with metadata, and the app does not say which of the two it sends. A day total begins
at local midnight and grows; sums of one length follow each other through the day. One alone at
midnight may be either: then the others of the post decide, or else what the app sent before.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from integrations.relays.forms import PushedDay, PushedWindow
from users.calendar import ONE_HOUR, LocalCalendar

DAILY, MINUTES = "daily", "minutes"
_HALF_A_DAY = timedelta(hours=12)


class Sum(NamedTuple):
    """Steps between two instants, of all apps together. ``place`` is where it stood in the post."""

    start: datetime
    end: datetime
    steps: Decimal
    place: int

    @property
    def length(self) -> timedelta:
        """How much time it sums up."""
        return self.end - self.start


def told_apart(
    sums: Collection[Sum], calendar: LocalCalendar, *, before: object
) -> tuple[list[PushedDay], list[PushedWindow]]:
    """Return the day totals and the windows; ``before`` is the resolution the app had last."""
    longest = _longest_window(sums, calendar, before)
    windows = [each for each in sums if longest is not None and each.length <= longest]
    days = [each for each in sums if longest is None or each.length > longest]
    return [_day(each, calendar) for each in days], [_window(each) for each in windows]


def _day(each: Sum, calendar: LocalCalendar) -> PushedDay:
    return PushedDay(date=_civil_date(each.start, calendar), steps=each.steps, index=each.place)


def _window(each: Sum) -> PushedWindow:
    """The app leaves out of these sums what it sent before, so one may come again smaller."""
    return PushedWindow(
        start=each.start, end=each.end, steps=each.steps, index=each.place, partial=True
    )


def _longest_window(
    sums: Collection[Sum], calendar: LocalCalendar, before: object
) -> timedelta | None:
    """Return up to which length the sums of a post are windows, None if none of them is one."""
    short = [each for each in sums if each.length <= _HALF_A_DAY]
    starts: dict[date, set[datetime]] = {}
    for each in short:
        starts.setdefault(calendar.date_of(each.start), set()).add(each.start)
    certain = [
        each.length
        for each in short
        if len(starts[calendar.date_of(each.start)]) > 1
        or not _may_be_a_day(each, calendar, before)
    ]
    if not certain and before == MINUTES and all(each.length <= ONE_HOUR for each in sums):
        return ONE_HOUR
    return max(certain, default=None)


def _may_be_a_day(each: Sum, calendar: LocalCalendar, before: object) -> bool:
    """A day begins at midnight; where the phone is on a journey, at another one."""
    on_a_journey = each.length > ONE_HOUR and before != MINUTES
    return on_a_journey or _is_midnight(each.start, calendar)


def _is_midnight(start: datetime, calendar: LocalCalendar) -> bool:
    return calendar.begins(calendar.date_of(start)) == start


def _civil_date(start: datetime, calendar: LocalCalendar) -> date:
    """Return the date that begins at ``start``, wherever the phone is.

    A midnight of the person's own zone is the rule. On a journey the phone's midnight is another
    one: then the nearest midnight UTC tells the date.
    """
    if _is_midnight(start, calendar):
        return calendar.date_of(start)
    return (start.astimezone(UTC) + _HALF_A_DAY).date()
