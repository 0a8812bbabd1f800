"""Which local days intervals have a part in, for thousands of intervals in ticks. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from datetime import date

from steps.ticks import instant, ticks
from users.calendar import LocalCalendar

Span = tuple[int, int]


def days_of(calendar: LocalCalendar, spans: Collection[Span]) -> frozenset[date]:
    """Return every local day that any of the intervals has a part in.

    An interval without length belongs to the day of its instant.
    """
    if not spans:
        return frozenset()
    first, last = min(spans)[0], max([end for _, end in spans])
    dates = calendar.days_touched(instant(first), instant(last + 1))  # an instant at the end
    begins = [ticks(calendar.begins(day)) for day in dates]
    touched = set[int]()
    within, until = 0, 0
    for start, end in spans:
        if within <= start < until and end <= until:  # in the day of the one before, as most are
            continue
        place = bisect_right(begins, start)
        within, until = begins[place - 1], begins[place] if place < len(begins) else 0
        touched.add(place - 1)
        if place < len(begins) and end > begins[place]:
            touched.update(range(place, bisect_left(begins, end)))
    return frozenset([dates[place] for place in touched])
