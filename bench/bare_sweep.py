"""The shortest exact priority sweep we can think of: the floor of the merge. Pure."""

from fractions import Fraction
from heapq import heappop, heappush

# Rank (the lowest wins), start and end in milliseconds, steps.
Interval = tuple[int, int, int, int]


def bare_sweep(intervals: list[Interval]) -> Fraction:
    """Return the sum in which every moment counts for the best interval open then, exactly.

    Whole numbers only: the shares of cut intervals are gathered by their length, divided at last.
    """
    shares: dict[int, int] = {1: 0}
    for (_, start, end, steps), covered in _covered(intervals).items():
        whole = covered == end - start
        length, share = (1, steps) if whole else (end - start, steps * covered)
        shares[length] = shares.get(length, 0) + share
    numerator, denominator = 0, 1
    for length, share in shares.items():
        numerator, denominator = numerator * length + share * denominator, denominator * length
    return Fraction(numerator, denominator)


def _covered(intervals: list[Interval]) -> dict[Interval, int]:
    """Return for how many milliseconds each interval was the best."""
    queue = sorted(intervals, key=lambda each: each[1], reverse=True)
    covered: dict[Interval, int] = {}
    opened: list[Interval] = []
    before = 0
    for now in sorted({time for each in queue for time in each[1:3]}):
        if opened:
            covered[opened[0]] = covered.get(opened[0], 0) + now - before
        while queue and queue[-1][1] == now:
            heappush(opened, queue.pop())
        while opened and opened[0][2] <= now:
            heappop(opened)
        before = now
    return covered
