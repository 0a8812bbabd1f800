"""Priority sweep, version 1: overlapping samples of many sources become one exact sum. Pure.

All starts, ends and bucket borders cut time into elementary segments. In each segment the best open
sample gives its share of steps, in proportion to time; everybody else gives nothing. Sums are exact
rationals, so the order and slicing of what came in cannot move them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush
from math import gcd, lcm
from typing import NamedTuple

from steps.layers import Row, Shares, by_preference, layered


class SweepSample(NamedTuple):
    """An interval of one source: ``steps`` between ``start`` and ``end`` (integers of any unit).

    ``rank`` 1 is the best source; ``written`` orders statements of equal rank, later wins.
    """

    id: str
    source: str
    start: int
    end: int
    steps: Fraction | int
    rank: int
    written: int = 0


@dataclass(slots=True)
class SweptBucket:
    """What one bucket received by source: ``shares`` are whole numbers, so many ``per`` step.

    All buckets of one sweep have the same ``per``. ``touched`` is False when nobody spoke.
    """

    shares: dict[str, int] = field(default_factory=dict)
    per: int = 1

    @property
    def by_source(self) -> dict[str, Fraction]:
        """The exact steps of each source."""
        return {source: Fraction(share, self.per) for source, share in self.shares.items()}

    @property
    def total(self) -> Fraction:
        """The exact sum over all sources."""
        return Fraction(sum(self.shares.values()), self.per)

    @property
    def touched(self) -> bool:
        """Whether anybody spoke."""
        return bool(self.shares)


def sweep(
    samples: Iterable[SweepSample], borders: Sequence[int], *, per: int = 1
) -> list[SweptBucket]:
    """Share the samples out over the half-open buckets between neighbouring ``borders``.

    Args:
        samples: any order; a zero-length sample counts whole when it is the best one open, one
            that ends before it starts is ignored.
        borders: ascending instants in the unit of the samples, at least two.
        per: how many of the samples' ``steps`` make one step.

    Returns:
        One bucket per pair of neighbouring borders.
    """
    rows = [s for s in samples if s.start <= s.end]
    finest = lcm(*(s.steps.denominator for s in rows))
    ranked: dict[int, list[SweepSample]] = {}
    for row in rows:
        ranked.setdefault(row.rank, []).append(row._replace(steps=int(row.steps * finest)))
    return sweep_layers([ranked[rank] for rank in sorted(ranked)], borders, per=per * finest)


def sweep_layers(
    layers: Sequence[Sequence[Row]], borders: Sequence[int], *, per: int
) -> list[SweptBucket]:
    """Do the same for rows of whole ``steps`` that are given by rank, the best one first."""
    shares = layered(layers, borders)
    if shares is None:
        shares = _overlapping(layers, borders)
    return _buckets(shares, len(borders) - 1, per=per)


def _overlapping(layers: Iterable[Sequence[Row]], borders: Sequence[int]) -> Shares:
    """Share out rows that overlap in any way, instants among them."""
    best_first = [row for layer in layers for row in by_preference(layer) if row[2] <= row[3]]
    starts, ends = [row[2] for row in best_first], [row[3] for row in best_first]
    covered, instants = _cover(starts, ends, borders)
    shares = Shares()
    for (bucket, place), length in covered.items():
        _, source, start, end, steps = best_first[place][:5]
        if length == end - start:
            instants.append((bucket, place))
        else:
            shares.cut.append((bucket, source, steps, length, end - start))
    for bucket, place in instants:
        key = bucket, best_first[place][1]
        shares.whole[key] = shares.whole.get(key, 0) + best_first[place][4]
    return shares


def _buckets(shares: Shares, count: int, *, per: int) -> list[SweptBucket]:
    """Add up what was shared out, exactly, as whole numbers of one common denominator."""
    lengths = [whole // gcd(steps * length, whole) for _, _, steps, length, whole in shares.cut]
    common = lcm(*set(lengths))
    found: list[dict[str, int]] = [{} for _ in range(count)]
    for (bucket, source), steps in shares.whole.items():
        found[bucket][source] = steps * common
    for bucket, source, steps, length, whole in shares.cut:
        known = found[bucket]
        known[source] = known.get(source, 0) + steps * length * common // whole
    return [SweptBucket(shares=each, per=per * common) for each in found]


def by_source(swept: Iterable[SweptBucket]) -> dict[str, int]:
    """Return the shares of each source in all buckets of one sweep."""
    sums: dict[str, int] = {}
    for bucket in swept:
        for source, share in bucket.shares.items():
            sums[source] = sums.get(source, 0) + share
    return sums


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
