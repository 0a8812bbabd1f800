"""One changed person-day of watch and phone, 200 samples each, from facts to the day's number.

Floor: a sweep over the same intervals that knows nothing but ranks, lengths and counts, and has
to come to the same number.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import floor

from bench.bare_sweep import Interval, bare_sweep
from bench.house import House
from bench.outcome import Row, at_most
from bench.sizes import Sizes
from devstack.failures import DevstackError
from steps.day_facts import DayFacts, SampleFact, SourceFact
from steps.merge import merge_day
from steps.ticks import THOUSAND, ticks

MORNING = datetime(2026, 11, 18, 6, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 18, tzinfo=UTC)
PER_SOURCE = 200


def run(house: House, sizes: Sizes) -> list[Row]:  # noqa: ARG001 - nothing but Python
    """Measure both in turns, so that a busy moment meets both."""
    facts, intervals = day_facts(), bare_day()
    steps = merge_day(facts, count_manual=False).steps
    if steps != floor(bare_sweep(intervals)):
        raise DevstackError("the floor and the merge disagree about the day")
    pairs = [_run(sizes.merge_repeats, facts, intervals) for _ in range(sizes.runs)]
    return [
        Row(
            name="merge",
            unit="µs",
            values=tuple(value for value, _ in pairs),
            floors=tuple(bare for _, bare in pairs),
            goal=at_most(1.2),
        )
    ]


def _run(repeats: int, facts: DayFacts, intervals: list[Interval]) -> tuple[float, float]:
    merged = swept = 0.0
    for _ in range(repeats):
        merged += _seconds(lambda: merge_day(facts, count_manual=False))
        swept += _seconds(lambda: bare_sweep(intervals))
    return 1e6 * merged / repeats, 1e6 * swept / repeats


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _spans() -> list[tuple[str, int, datetime, datetime, int]]:
    """Source, rank, start, end and steps: the phone starts after the watch and ends before it."""
    pause = timedelta(hours=16) / PER_SOURCE
    found = []
    for place in range(PER_SOURCE):
        start = MORNING + place * pause
        length = timedelta(seconds=90 + place * 7 % 190)
        behind = timedelta(seconds=5 + place % 50)
        found.append(("watch", 102, start, start + length, 40 + place % 300))
        found.append(("phone", 104, start + behind, start + length + behind, 35 + place % 280))
    return found


def day_facts() -> DayFacts:
    """Return the day as the ledger hands it to the merge."""
    sources = [_source("watch"), _source("phone")]
    samples = [
        SampleFact(
            id=f"{source}-{place}",
            source_id=source,
            start=ticks(start),
            end=ticks(end),
            steps=THOUSAND * steps,
            manual=False,
            written_at=ticks(end),
            as_of=ticks(end),
        )
        for place, (source, _, start, end, steps) in enumerate(_spans())
    ]
    borders = [MIDNIGHT + timedelta(hours=hour) for hour in range(25)]
    return DayFacts(borders=borders, sources=sources, samples=samples, buckets=[])


def _source(name: str) -> SourceFact:
    return SourceFact(
        id=name,
        connection_id="connection",
        kind=name,
        channel="raw",
        position=None,
        hidden=False,
        first_seen_at=MIDNIGHT,
    )


def bare_day() -> list[Interval]:
    """Return the same day as bare numbers: rank, start and end in milliseconds, steps."""
    return [
        (rank, round(start.timestamp() * 1000), round(end.timestamp() * 1000), steps)
        for _, rank, start, end, steps in _spans()
    ]
