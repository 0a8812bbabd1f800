"""Priority sweep, version 1: overlapping samples of many sources become one exact sum. Pure.

All starts, ends and bucket borders cut time into elementary segments. In each segment the best open
sample gives its share of steps, in proportion to time; everybody else gives nothing. Sums are exact
rationals, so the order and slicing of what came in cannot move them.
"""

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSample:
    """An interval of one source: ``steps`` between ``start`` and ``end`` (integer milliseconds).

    ``rank`` 1 is the best source; ``written`` orders statements of equal rank, later wins.
    """

    id: str
    source: str
    rank: int
    start: int
    end: int
    steps: Fraction
    written: int = 0


@dataclass(slots=True)
class SweptBucket:
    """What one bucket received, in total and by source. ``touched`` is False when nobody spoke."""

    by_source: dict[str, Fraction] = field(default_factory=dict)
    touched: bool = False

    @property
    def total(self) -> Fraction:
        """The exact sum over all sources."""
        return sum(self.by_source.values(), Fraction(0))

    def add(self, source: str, steps: Fraction) -> None:
        """Credit a source."""
        self.touched = True
        self.by_source[source] = self.by_source.get(source, Fraction(0)) + steps


_Entry = tuple[tuple[int, int, int, int, Fraction, int], SweepSample]


def sweep(samples: Iterable[SweepSample], borders: Sequence[int]) -> list[SweptBucket]:
    """Share the samples out over the half-open buckets between neighbouring ``borders``.

    Args:
        samples: any order; a zero-length sample counts whole when it is the best one open, one
            that ends before it starts is ignored.
        borders: ascending instants in milliseconds, at least two.

    Returns:
        One bucket per pair of neighbouring borders.
    """
    queue = _by_start(samples)
    times = sorted({*borders, *(t for _, s in queue for t in (s.start, s.end))})
    buckets = [SweptBucket() for _ in borders[1:]]
    covered: dict[tuple[int, int], tuple[SweepSample, int]] = {}
    open_entries: list[_Entry] = []
    next_start = 0
    for index, now in enumerate(times):
        while next_start < len(queue) and queue[next_start][1].start == now:
            heapq.heappush(open_entries, queue[next_start])
            next_start += 1
        _count_instant(open_entries, now, borders, buckets)
        _close_until(open_entries, now)
        if open_entries and index + 1 < len(times):
            preference, winner = open_entries[0]
            bucket = _bucket_of(now, borders)
            key = (bucket, preference[-1])
            before = covered.get(key, (winner, 0))[1]
            covered[key] = (winner, before + times[index + 1] - now)
    for (bucket, _), (sample, length) in covered.items():
        if bucket >= 0:
            share = Fraction(length, sample.end - sample.start)
            buckets[bucket].add(sample.source, sample.steps * share)
    return buckets


def _by_start(samples: Iterable[SweepSample]) -> list[_Entry]:
    """Attach the order of preference (smallest first) and sort by start."""
    by_id = sorted((s for s in samples if s.start <= s.end), key=lambda s: (s.id, s.source))
    entries: list[_Entry] = [
        ((s.rank, -s.written, -s.start, -s.end, -s.steps, -ordinal), s)
        for ordinal, s in enumerate(by_id)
    ]
    return sorted(entries, key=lambda entry: (entry[1].start, entry[0]))


def _count_instant(
    entries: list[_Entry], now: int, borders: Sequence[int], buckets: list[SweptBucket]
) -> None:
    """Count a zero-length sample whole if it beats everything open then, ends included."""
    while entries and entries[0][1].end < now:
        heapq.heappop(entries)
    if not entries:
        return
    best = entries[0][1]
    bucket = _bucket_of(now, borders)
    if best.start == best.end == now and bucket >= 0:
        buckets[bucket].add(best.source, best.steps)


def _close_until(entries: list[_Entry], now: int) -> None:
    while entries and entries[0][1].end <= now:
        heapq.heappop(entries)


def _bucket_of(instant: int, borders: Sequence[int]) -> int:
    """Return the index of the bucket holding an instant, or -1 when none does."""
    index = bisect_right(borders, instant) - 1
    return index if 0 <= index < len(borders) - 1 else -1


def reported(samples: Iterable[SweepSample]) -> dict[str, Fraction]:
    """Return the plain sum per source, which may overlap with others."""
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for sample in samples:
        totals[sample.source] += sample.steps
    return dict(totals)
