"""Priority sweep, version 1: overlapping samples of many sources become one exact sum. Pure.

All starts, ends and bucket borders cut time into elementary segments. In each segment the best open
sample gives its share of steps, in proportion to time; everybody else gives nothing. Sums are exact
rationals, so the order and slicing of what came in cannot move them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush
from typing import NamedTuple


class SweepSample(NamedTuple):
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


# For each bucket and source: the numerators of what it gave, summed up by denominator.
_Parts = defaultdict[str, defaultdict[int, int]]


def sweep(samples: Iterable[SweepSample], borders: Sequence[int]) -> list[SweptBucket]:
    """Share the samples out over the half-open buckets between neighbouring ``borders``.

    Args:
        samples: any order; a zero-length sample counts whole when it is the best one open, one
            that ends before it starts is ignored.
        borders: ascending instants in milliseconds, at least two.

    Returns:
        One bucket per pair of neighbouring borders.
    """
    best_first = _best_first(samples)
    starts, ends = [s.start for s in best_first], [s.end for s in best_first]
    covered, instants = _cover(starts, ends, borders)
    parts: list[_Parts] = [defaultdict(lambda: defaultdict(int)) for _ in borders[1:]]
    for (bucket, place), length in covered.items():
        sample = best_first[place]
        whole = sample.end - sample.start
        share, of = (1, 1) if length == whole else (length, whole)
        by_denominator = parts[bucket][sample.source]
        by_denominator[of * sample.steps.denominator] += sample.steps.numerator * share
    for bucket, place in instants:
        sample = best_first[place]
        parts[bucket][sample.source][sample.steps.denominator] += sample.steps.numerator
    return [_bucket(each) for each in parts]


def _best_first(samples: Iterable[SweepSample]) -> list[SweepSample]:
    """Sort by preference; where everything else is equal the later id wins."""
    rows = [s for s in samples if s.start <= s.end]
    rows.sort(key=lambda s: (s.id, s.source), reverse=True)
    rows.sort(key=lambda s: (s.rank, -s.written, -s.start, -s.end, -s.steps))
    return rows


def _bucket(parts: _Parts) -> SweptBucket:
    by_source = {source: _sum(by_denominator) for source, by_denominator in parts.items()}
    return SweptBucket(by_source=by_source, touched=bool(by_source))


def _sum(by_denominator: dict[int, int]) -> Fraction:
    """Add up exactly with one reduction at the end instead of one per addition."""
    numerator, denominator = 0, 1
    for other, count in by_denominator.items():
        numerator, denominator = numerator * other + count * denominator, denominator * other
    return Fraction(numerator, denominator)


def _cover(  # noqa: C901, PLR0912, PLR0915 - the hottest loop; calls in it would double its time
    starts: Sequence[int], ends: Sequence[int], borders: Sequence[int]
) -> tuple[dict[tuple[int, int], int], list[tuple[int, int]]]:
    """Walk through time once, with the samples given best first, so that a place is a preference.

    1. At each start, end or border, the samples that begin join the open ones.
    2. The best open one, those ending now included, counts whole if it is an instant.
    3. Those that end now leave; the best one left holds the time until something changes.

    Returns how long (milliseconds) each place held each bucket, and the instants that count as
    pairs of bucket and place.
    """
    queue = sorted(range(len(starts)), key=starts.__getitem__)
    times = sorted({*borders, *starts, *ends})
    has_instants = any(map(int.__eq__, starts, ends))
    covered: dict[tuple[int, int], int] = {}
    instants: list[tuple[int, int]] = []
    opened: list[int] = []
    waiting, bucket, holder, begun = 0, -1, -1, 0
    following = starts[queue[0]] if queue else None
    border, last = borders[0], len(borders) - 1
    for now in times:
        before = holder
        while following == now:
            heappush(opened, queue[waiting])
            waiting += 1
            following = starts[queue[waiting]] if waiting < len(queue) else None
        if has_instants:
            while opened and ends[opened[0]] < now:
                heappop(opened)
            if opened and starts[opened[0]] == now == ends[opened[0]]:
                at = bucket + (now == border)
                if 0 <= at < last:
                    instants.append((at, opened[0]))
        while opened and ends[opened[0]] <= now:
            heappop(opened)
        holder = opened[0] if opened else -1
        if holder == before and now != border:
            continue
        if before >= 0 and bucket >= 0:
            covered[bucket, before] = covered.get((bucket, before), 0) + now - begun
        begun = now
        if now == border:
            bucket += 1
            if bucket == last:
                break
            border = borders[bucket + 1]
    return covered, instants
