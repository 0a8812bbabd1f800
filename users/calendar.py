"""A person's local days, through daylight saving and every move to another time zone. Pure.

A day begins at the first instant whose local date has come, and ends where the next one begins. So
days never overlap and leave no gap, a move changes later days only, and a day has 23, 24 or 25
hours unless somebody travelled in it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_END = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stay:
    """The zone a person lives in from ``since`` (UTC) on."""

    since: datetime
    zone: ZoneInfo


class LocalCalendar:
    """Turns instants into local days and back for one person."""

    def __init__(self, first: ZoneInfo, moves: Iterable[Stay] = ()) -> None:
        stays = [Stay(_BEGINNING, first), *sorted(moves, key=lambda stay: stay.since)]
        ends = [stay.since for stay in stays[1:]] + [_END]
        self._stays: Sequence[tuple[Stay, datetime]] = list(zip(stays, ends, strict=True))

    def zone_at(self, instant: datetime) -> ZoneInfo:
        """Return the zone the person lived in at an instant."""
        return next(stay.zone for stay, until in self._stays if instant < until)

    def begins(self, day: date) -> datetime:
        """Return the first instant (UTC) of a local day.

        Where clocks skip midnight that is the first instant that exists.
        """
        for stay, until in self._stays:
            midnight = datetime(day.year, day.month, day.day, tzinfo=stay.zone).astimezone(UTC)
            if midnight < until:
                return max(midnight, stay.since)
        raise ValueError(f"{day} lies beyond the calendar")

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """Return the half-open interval (UTC) of a local day."""
        return self.begins(day), self.begins(day + ONE_DAY)

    def date_of(self, instant: datetime) -> date:
        """Return the local day an instant belongs to."""
        day = instant.astimezone(self.zone_at(instant)).date()
        while self.begins(day + ONE_DAY) <= instant:
            day += ONE_DAY
        return day

    def hour_borders(self, day: date) -> list[datetime]:
        """Return the borders (UTC) of the day's hours, first and last included."""
        start, end = self.bounds(day)
        hours = -((start - end) // ONE_HOUR)  # rounded up
        return [start + n * ONE_HOUR for n in range(hours)] + [end]

    def days_touched(self, start: datetime, end: datetime) -> list[date]:
        """Return every local day that the interval ``[start, end)`` has a part in.

        An interval without length belongs to the day of its instant.
        """
        first = self.date_of(start)
        last = self.date_of(max(start, end - timedelta(microseconds=1)))
        return [first + n * ONE_DAY for n in range((last - first).days + 1)]

    def days_of(self, spans: Collection[tuple[datetime, datetime]]) -> frozenset[date]:
        """Return every local day that any of the intervals has a part in.

        Works out the days' borders once, for uploads of thousands of intervals.
        """
        if not spans:
            return frozenset()
        first = min(start for start, _ in spans)
        last = max(end for _, end in spans)
        dates = self.days_touched(first, last + timedelta(microseconds=1))  # an instant at the end
        starts = [self.begins(day) for day in dates]
        touched: set[date] = set()
        for start, end in spans:
            begin = bisect_right(starts, start) - 1
            touched.update(dates[begin : max(begin + 1, bisect_left(starts, end))])
        return frozenset(touched)
