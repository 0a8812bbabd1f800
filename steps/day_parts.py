"""Which part of an interval lies in a local day. Pure."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction


def has_part(start: datetime, end: datetime, borders: Sequence[datetime]) -> bool:
    """Whether ``[start, end)``, or the instant where both are one, lies partly in the day."""
    return start < borders[-1] and (end > borders[0] or start == end == borders[0])


def part_of(start: datetime, end: datetime, borders: Sequence[datetime]) -> Fraction:
    """Return which part of an interval that ``has_part`` lies in the day, by time."""
    first, last = borders[0], borders[-1]
    if start == end or (start >= first and end <= last):
        return Fraction(1)
    inside = min(end, last) - max(start, first)
    return Fraction(inside.total_seconds()) / Fraction((end - start).total_seconds())
