"""The quick way through a priority sweep, for sources that hardly overlap themselves. Pure.

Watch and phone count side by side, each mostly without overlaps of its own: then the better one is
laid down first, and of the next only what lies in the gaps. Where many samples of one rank overlap,
or one has no length, ``layered`` gives up and the sweep itself decides (``steps.sweep``).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from operator import itemgetter, le, lt
from typing import Any

# A row is id, source, start, end, steps, something else, when it was written, and maybe more.
Row = tuple[Any, ...]
Span = tuple[int, int]
Cut = tuple[int, str, int, int, int]
MOST_TOGETHER = 50
_START = itemgetter(2)
_SAID = itemgetter(1, 2, 3, 4)
_NEVER = (2**63, 2**63)


@dataclass(slots=True)
class Shares:
    """What was shared out: whole samples by bucket and source, and of cut ones how much of what.

    A cut is bucket, source, steps of the sample, the length that counts, and its whole length.
    """

    whole: dict[tuple[int, str], int] = field(default_factory=dict)
    cut: list[Cut] = field(default_factory=list)


def layered(layers: Iterable[Sequence[Row]], borders: Sequence[int]) -> Shares | None:
    """Share out rows given by rank, best first, over the buckets between neighbouring borders.

    Returns None when too many rows of a rank overlap or a row has no length.
    """
    shares = Shares()
    covered: list[Span] = []
    spans: list[Span] = []
    overlapping = False
    for layer in layers:
        covered = _union(covered, spans) if covered or overlapping else spans
        rows = sorted(layer, key=_START)
        starts, ends = [row[2] for row in rows], [row[3] for row in rows]
        if not all(map(lt, starts, ends)):
            return None
        clusters: list[list[Row]] = []
        overlapping = not all(map(le, ends, starts[1:]))
        if overlapping:
            rows, clusters = _alone_and_together(rows, starts, ends)
        if any(len(cluster) > MOST_TOGETHER for cluster in clusters):
            return None
        _lay(rows, covered, borders, shares)
        for cluster in clusters:
            _lay_cluster(cluster, covered, borders, shares)
        spans = list(zip(starts, ends, strict=True))
    return shares


def by_preference(rows: Iterable[Row]) -> list[Row]:
    """Sort rows of one rank, best first; where everything else is equal the later id wins."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1]), reverse=True)
    ordered.sort(key=lambda row: (-row[6], -row[2], -row[3], -row[4]))
    return ordered


def _alone_and_together(
    rows: Sequence[Row], starts: Sequence[int], ends: Sequence[int]
) -> tuple[list[Row], list[list[Row]]]:
    """Part rows in order of time into those that overlap no other and groups of those that do."""
    joined = list(map(lt, starts[1:], accumulate(ends, max)))
    alone: list[Row] = []
    groups: list[list[Row]] = []
    begin = 0
    for place in [place for place, overlaps in enumerate(joined) if overlaps]:
        if place < begin:  # it is in the last group already
            groups[-1].append(rows[place + 1])
        else:
            alone += rows[begin:place]
            groups.append([rows[place], rows[place + 1]])
        begin = place + 2
    return alone + list(rows[begin:]), groups


def _lay_cluster(
    cluster: Sequence[Row], covered: Sequence[Span], borders: Sequence[int], shares: Shares
) -> None:
    """Lay rows that overlap each other, each like a layer of its own."""
    begin, end = min(row[2] for row in cluster), max(row[3] for row in cluster)
    low = bisect_right(covered, begin, key=itemgetter(1))
    high = bisect_left(covered, end, key=itemgetter(0))
    around = list(covered[low:high])
    for row in by_preference(cluster):
        _lay([row], around, borders, shares)
        around = _union(around, [(row[2], row[3])])


def _lay(
    rows: Sequence[Row], covered: Sequence[Span], borders: Sequence[int], shares: Shares
) -> None:
    """Lay rows that do not overlap, in order of time, into what is left uncovered."""
    whole, cut = shares.whole, shares.cut
    places = [*covered, _NEVER, _NEVER]
    place, bucket, following, last = 0, -1, borders[0], len(borders) - 1
    for source, start, end, steps in map(_SAID, rows):
        while following <= start:
            bucket += 1
            if bucket == last:
                return
            following = borders[bucket + 1]
        while places[place][1] <= start:
            place += 1
        begin, until = places[place]
        if end > following or bucket < 0:
            lengths = _by_hour(_gaps(start, end, places, place), borders)
            cut += [(at, source, steps, part, end - start) for at, part in lengths.items()]
        elif end <= begin:
            key = bucket, source
            whole[key] = whole.get(key, 0) + steps
        elif (until < end or start < begin) and (length := _uncovered(start, end, places, place)):
            cut.append((bucket, source, steps, length, end - start))


def _uncovered(start: int, end: int, covered: Sequence[Span], place: int) -> int:
    """Return how much the spans from ``place`` on leave of an interval."""
    length = 0
    begin, until = covered[place]
    while begin < end:
        if begin > start:
            length += begin - start
        if until >= end:
            return length
        start = until
        place += 1
        begin, until = covered[place]
    return length + end - start


def _gaps(start: int, end: int, covered: Sequence[Span], place: int) -> list[Span]:
    """Return what the spans from ``place`` on leave of an interval; the last span is never."""
    gaps = []
    while covered[place][0] < end:
        begin, until = covered[place]
        if begin > start:
            gaps.append((start, begin))
        start = max(start, until)
        place += 1
    if start < end:
        gaps.append((start, end))
    return gaps


def _by_hour(gaps: Iterable[Span], borders: Sequence[int]) -> dict[int, int]:
    """Return how much of the spans lies in each bucket."""
    lengths: dict[int, int] = {}
    for start, end in gaps:
        begin = max(0, bisect_right(borders, start) - 1)
        for bucket, (first, last) in enumerate(pairwise(borders[begin:]), start=begin):
            if first >= end:
                break
            lengths[bucket] = lengths.get(bucket, 0) + min(end, last) - max(start, first)
    return lengths


def _union(covered: list[Span], spans: list[Span]) -> list[Span]:
    """Join spans of which each list is in order into one list without overlaps."""
    joined: list[Span] = []
    begin, until = 0, -_NEVER[0]
    for start, end in sorted(covered + spans):
        if start > until:
            joined.append((start, end))
            begin, until = start, end
        elif end > until:
            until = end
            joined[-1] = begin, until
    return joined
