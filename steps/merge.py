"""From what every source claims about one local day to one number that can explain itself. Pure.

Per day exactly one channel (connection) counts: the first in the person's own order that has
data, or, where the person has chosen nothing, the one with the highest total. Channels are never
added up: the same walk reaches us on several ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from steps.sweep import SweepSample, SweptBucket, reported, sweep

RULE_VERSION = 1
LONGEST_SAMPLE = timedelta(hours=4)
LONGEST_FROM_MIDNIGHT = timedelta(hours=1)
KIND_RANK = {"watch": 2, "band": 3, "ring": 3, "phone": 4, "app": 5, "cloud": 5, "manual": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """A source as the merge needs it. ``position`` is the person's own order, 1 first, or None."""

    id: str
    connection_id: str
    kind: str
    channel: str
    position: int | None
    hidden: bool
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFact:
    """A raw sample with a part in the day (UTC instants)."""

    id: str
    source_id: str
    start: datetime
    end: datetime
    steps: Decimal
    manual: bool
    written_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFact:
    """An already merged window of the day; ``whole_day`` rows have no instants."""

    source_id: str
    whole_day: bool
    start: datetime | None
    end: datetime | None
    steps: Decimal
    manual_steps: Decimal
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What is known about a local day. ``borders``: its hour borders (UTC), ends included."""

    borders: Sequence[datetime]
    sources: Sequence[SourceFact]
    samples: Sequence[SampleFact]
    buckets: Sequence[BucketFact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Steps that were left out, and why."""

    reason: str
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceShare:
    """What one source reported for the day, what of it counted, and the reason."""

    source_id: str
    reported: int
    counted: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """The merged day. ``steps`` None means that nothing is known, which is not zero.

    ``hours`` are floored per hour for display only; the day is floored once from the exact sum.
    """

    steps: int | None
    source_id: str | None
    hours: tuple[int, ...] = ()
    shares: tuple[SourceShare, ...] = ()
    excluded: tuple[Exclusion, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Channel:
    """One connection's answer for the day before channels are compared."""

    connection_id: str
    total: Fraction | None
    by_source: dict[str, Fraction] = field(default_factory=dict)
    reported: dict[str, Fraction] = field(default_factory=dict)
    hours: list[Fraction] = field(default_factory=list)
    manual: Fraction = Fraction(0)


def merge_day(facts: DayFacts, *, count_manual: bool) -> DayResult:
    """Work out the day. ``count_manual`` lets hand-typed steps take part as any other source."""
    channels = [
        _channel(connection, facts, count_manual=count_manual)
        for connection in sorted({s.connection_id for s in facts.sources})
    ]
    spoken = [channel for channel in channels if channel.total is not None]
    manual = sum((c.manual for c in channels), Fraction(0))
    excluded = (Exclusion(reason="manual", steps=floor(manual)),) if manual else ()
    if not spoken:
        return DayResult(steps=None, source_id=None, excluded=excluded)
    winner = _winning(spoken, facts.sources)
    return DayResult(
        steps=floor(winner.total or 0),
        source_id=max(winner.by_source, key=lambda key: (winner.by_source[key], key), default=None),
        hours=tuple(floor(hour) for hour in winner.hours),
        shares=tuple(share for channel in channels for share in _shares(channel, winner)),
        excluded=excluded,
    )


def _winning(channels: list[_Channel], sources: Sequence[SourceFact]) -> _Channel:
    chosen = {
        s.connection_id: s.position
        for s in sorted(sources, key=lambda s: -(s.position or 0))
        if s.position is not None
    }
    ordered = [c for c in channels if c.connection_id in chosen]
    if ordered:
        return min(ordered, key=lambda c: (chosen[c.connection_id] or 0, c.connection_id))
    first_seen = {
        s.connection_id: s.first_seen_at
        for s in sorted(sources, key=lambda s: s.first_seen_at, reverse=True)
    }
    return min(channels, key=lambda c: (-(c.total or 0), first_seen[c.connection_id]))


def _shares(channel: _Channel, winner: _Channel) -> list[SourceShare]:
    won = channel is winner
    return [
        SourceShare(
            source_id=source,
            reported=floor(channel.reported[source]),
            counted=floor(channel.by_source.get(source, 0)) if won else 0,
            reason=_reason(source, channel, won=won),
        )
        for source in sorted(channel.reported)
    ]


def _reason(source: str, channel: _Channel, *, won: bool) -> str:
    if not won:
        return "other_channel_counted"
    counted, said = channel.by_source.get(source, Fraction(0)), channel.reported[source]
    if counted == said:
        return "counted"
    return "partly_covered_by_better_source" if counted else "covered_by_better_source"


def _channel(connection: str, facts: DayFacts, *, count_manual: bool) -> _Channel:
    """Answer for one connection: day total, else the sweep of samples, else merged windows."""
    sources = {s.id: s for s in facts.sources if s.connection_id == connection and not s.hidden}
    buckets = [b for b in facts.buckets if b.source_id in sources]
    every = [s for s in facts.samples if s.source_id in sources]
    samples = [s for s in every if count_manual or not s.manual]
    channel = _Channel(connection_id=connection, total=None)
    channel.manual = _left_out(every, buckets, count_manual=count_manual)
    total = _day_total(buckets, samples)
    windows = [b for b in buckets if not b.whole_day]
    if samples:
        _take(channel, _swept(samples, sources, facts.borders))
        channel.reported |= reported(_as_sweep(samples, sources))
    elif windows:
        _take(channel, sweep(_windows(windows, count_manual=count_manual), _ms(facts.borders)))
    if total is not None:
        steps = _counted(total, count_manual=count_manual)
        channel.total, channel.by_source = steps, {total.source_id: steps}
    channel.reported = {**channel.by_source, **channel.reported}
    return channel


def _take(channel: _Channel, buckets: list[SweptBucket]) -> None:
    """Fill a channel from swept buckets; untouched ones leave the total unknown."""
    if not any(bucket.touched for bucket in buckets):
        return
    channel.hours = [bucket.total for bucket in buckets]
    channel.total = sum(channel.hours, Fraction(0))
    for bucket in buckets:
        for source, steps in bucket.by_source.items():
            channel.by_source[source] = channel.by_source.get(source, Fraction(0)) + steps


def _left_out(
    samples: list[SampleFact], buckets: list[BucketFact], *, count_manual: bool
) -> Fraction:
    if count_manual:
        return Fraction(0)
    typed = sum((Fraction(s.steps) for s in samples if s.manual), Fraction(0))
    totals = sum((Fraction(b.manual_steps) for b in buckets if b.whole_day), Fraction(0))
    return typed or totals


def _day_total(buckets: list[BucketFact], samples: list[SampleFact]) -> BucketFact | None:
    """Return the newest day total unless samples know something more recent."""
    totals = [b for b in buckets if b.whole_day]
    if not totals:
        return None
    newest = max(totals, key=lambda b: b.as_of)
    outdated = any(sample.as_of > newest.as_of for sample in samples)
    return None if outdated else newest


def _counted(bucket: BucketFact, *, count_manual: bool) -> Fraction:
    return Fraction(bucket.steps) - (0 if count_manual else Fraction(bucket.manual_steps))


def _windows(buckets: list[BucketFact], *, count_manual: bool) -> list[SweepSample]:
    """Merged windows as samples of one rank, so that a newer statement wins where two overlap."""
    return [
        SweepSample(
            id=f"{b.start}/{b.end}",
            source=b.source_id,
            rank=1,
            start=_millis(b.start),
            end=_millis(b.end),
            steps=_counted(b, count_manual=count_manual),
            written=_millis(b.as_of),
        )
        for b in buckets
        if b.start and b.end
    ]


def _swept(
    samples: list[SampleFact], sources: dict[str, SourceFact], borders: Sequence[datetime]
) -> list[SweptBucket]:
    """Sweep the samples; claims about half a day or more speak only when nothing finer does."""
    eligible = [s for s in samples if s.steps > 0]
    fine = [s for s in eligible if not _total_like(s, borders)]
    if fine or not eligible:
        return sweep(_as_sweep(fine or samples, sources), _ms(borders))
    newest = max(eligible, key=lambda s: (-_rank(sources[s.source_id]), s.written_at, s.end))
    return sweep(_as_sweep([newest], sources), _ms(borders))


def _total_like(sample: SampleFact, borders: Sequence[datetime]) -> bool:
    length = sample.end - sample.start
    return length > LONGEST_SAMPLE or (
        sample.start == borders[0] and length > LONGEST_FROM_MIDNIGHT
    )


def _as_sweep(samples: list[SampleFact], sources: dict[str, SourceFact]) -> list[SweepSample]:
    return [
        SweepSample(
            id=s.id,
            source=s.source_id,
            rank=_rank(sources[s.source_id]),
            start=_millis(s.start),
            end=_millis(s.end),
            steps=Fraction(s.steps),
            written=_millis(s.written_at),
        )
        for s in samples
    ]


def _rank(source: SourceFact) -> int:
    """Return the person's own order first, then the default by kind; 1 is best."""
    return source.position if source.position is not None else 100 + KIND_RANK[source.kind]


def _millis(instant: datetime | None) -> int:
    assert instant is not None
    return round(instant.timestamp() * 1000)


def _ms(borders: Sequence[datetime]) -> list[int]:
    return [_millis(border) for border in borders]
