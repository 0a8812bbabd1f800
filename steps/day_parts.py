"""Which part of an interval lies in a local day. Pure; all instants are ticks."""

from collections.abc import Sequence
from fractions import Fraction


def has_part(start: int, end: int, marks: Sequence[int]) -> bool:
    """Whether ``[start, end)``, or the instant where both are one, lies partly in the day."""
    return start < marks[-1] and (end > marks[0] or start == end == marks[0])


def part_of(start: int, end: int, marks: Sequence[int]) -> Fraction:
    """Return which part of an interval that ``has_part`` lies in the day, by time."""
    first, last = marks[0], marks[-1]
    if start == end or (start >= first and end <= last):
        return Fraction(1)
    return Fraction(min(end, last) - max(start, first), end - start)
