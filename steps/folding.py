"""Turns the raw samples of a day into what they came to, so that they need not be kept. Pure.

The sweep's exact sums become whole steps per source and hour that add up to the very hours and
total of before. What was reported, left out and typed by hand stays with them.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import floor

from steps.channel import Channel, answer
from steps.day_facts import DayFacts, FoldedFact, SampleFact
from steps.day_parts import has_part
from steps.merge import merge_day
from steps.sweep import SweptBucket, by_source

Hours = dict[str, list[int]]


def fold(facts: DayFacts) -> list[FoldedFact]:
    """Fold the samples of every connection that is not folded yet."""
    done = {f.source_id for f in facts.folded}
    connections = {s.id: s.connection_id for s in facts.sources}
    folded = {connections[source] for source in done if source in connections}
    samples = [s for s in facts.samples if has_part(s.start, s.end, facts.marks)]
    by_connection: dict[str, list[SampleFact]] = {}
    for sample in samples:
        by_connection.setdefault(connections[sample.source_id], []).append(sample)
    return [
        fact
        for connection in sorted(by_connection.keys() - folded)
        for fact in _fold_connection(connection, facts, by_connection[connection])
    ]


def folds_true(facts: DayFacts, folded: Sequence[FoldedFact]) -> bool:
    """Whether the day stays what it was: numbers, hours, source, and what was left out."""
    after = replace(facts, samples=[], folded=[*facts.folded, *folded])
    return all(
        _essence(facts, count_manual=count_manual) == _essence(after, count_manual=count_manual)
        for count_manual in (False, True)
    )


def _essence(facts: DayFacts, *, count_manual: bool) -> tuple[object, ...]:
    result = merge_day(facts, count_manual=count_manual)
    return result.steps, result.source_id, result.hours, result.excluded


def _fold_connection(
    connection: str, facts: DayFacts, samples: Sequence[SampleFact]
) -> list[FoldedFact]:
    typed = any(sample.manual for sample in samples)
    without = answer(connection, facts, count_manual=False)
    with_manual = answer(connection, facts, count_manual=True) if typed else without
    hours, hours_with_manual = whole(without.sampled), whole(with_manual.sampled)
    sources = sorted({sample.source_id for sample in samples})
    hidden = {source.id for source in facts.sources if source.hidden}
    first_shown = next((source for source in sources if source not in hidden), None)
    return [
        FoldedFact(
            source_id=source,
            hours=hours.get(source),
            hours_with_manual=hours_with_manual.get(source),
            reported=_said(without, source),
            reported_with_manual=_said(with_manual, source),
            left_out=without.left_out_of_samples if source == first_shown else {},
            typed=typed,
            as_of=max(sample.as_of for sample in samples if sample.source_id == source),
        )
        for source in sources
    ]


def _said(channel: Channel, source: str) -> int | None:
    said = channel.reported.get(source, channel.hidden.get(source))
    return None if said is None else floor(said)


def whole(swept: Sequence[SweptBucket]) -> Hours:
    """Return whole steps per source and hour; each hour and the total add up, floored."""
    sources = sorted({source for bucket in swept for source in bucket.shares})
    hours: Hours = {source: [0] * len(swept) for source in sources}
    exact = 0
    for index, bucket in enumerate(swept):
        for source in sorted(bucket.shares):
            before = exact // bucket.per
            exact += bucket.shares[source]
            hours[source][index] = exact // bucket.per - before
    _keep_lead(hours, swept)
    return hours


def _keep_lead(hours: Hours, swept: Sequence[SweptBucket]) -> None:
    """Rounding may put a source ahead that was a fraction behind; give it back within its hour."""
    exact = by_source(swept)
    lead = max(exact, key=lambda source: (exact[source], source), default=None)
    while lead is not None:
        ahead = max(hours, key=lambda source: (sum(hours[source]), source))
        if ahead == lead:
            return
        index = next(i for i, steps in enumerate(hours[ahead]) if steps > 0)
        hours[ahead][index] -= 1
        hours[lead][index] += 1
