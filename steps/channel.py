"""One connection's answer for a local day. Pure.

The day total of a connection speaks for the day; else its samples are swept, else its merged
windows. Something newer outgrows a total only by saying more: a few late samples are a part of the
day, never all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from steps.day_facts import BucketFact, DayFacts, FoldedFact, SampleFact, SourceFact
from steps.heard import (
    MANUAL,
    Heard,
    counted,
    hear,
    left_out_of_buckets,
    left_out_of_samples,
    reported,
    said_by,
)
from steps.sweep import SweepSample, SweptBucket, sweep

LONGEST_SAMPLE = timedelta(hours=4)
LONGEST_FROM_MIDNIGHT = timedelta(hours=1)
KIND_RANK = {"watch": 2, "band": 3, "ring": 3, "phone": 4, "app": 5, "cloud": 5, "manual": 6}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Channel:
    """What one connection makes of the day, before connections are compared.

    ``claimed``: all it has is what the person reported themselves. ``swept`` are its hours from
    samples or windows, whether or not a day total then counts; ``as_of`` is the newest of those.
    ``hidden`` holds what sources said that the person has hidden, ``left_out`` steps by reason.
    """

    connection_id: str
    claimed: bool = False
    total: Fraction | None = None
    swept: list[SweptBucket] = field(default_factory=list)
    as_of: datetime = _NEVER
    by_source: dict[str, Fraction] = field(default_factory=dict)
    reported: dict[str, Fraction] = field(default_factory=dict)
    hidden: dict[str, Fraction] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_of_samples: dict[str, int] = field(default_factory=dict)

    @property
    def hours(self) -> list[Fraction]:
        """The exact steps of each hour, empty when only a day total is known."""
        return [bucket.total for bucket in self.swept]


def answer(connection_id: str, facts: DayFacts, *, count_manual: bool) -> Channel:
    """Work out one connection. ``count_manual`` lets hand-typed steps take part."""
    own = [s for s in facts.sources if s.connection_id == connection_id]
    heard = hear(facts, {s.id: s for s in own if not s.hidden}, count_manual=count_manual)
    channel = Channel(connection_id=connection_id)
    channel.reported = reported(heard, facts.borders, count_manual=count_manual)
    _part_claims(channel, heard)
    channel.left_out_of_samples = left_out_of_samples(
        heard, facts.borders, count_manual=count_manual
    )
    channel.left_out = left_out_of_buckets(heard, count_manual=count_manual)
    channel.left_out |= channel.left_out_of_samples
    _sweep_into(channel, heard, facts.borders, count_manual=count_manual)
    if heard.totals:
        _let_total_speak(channel, heard.totals[-1], count_manual=count_manual)
    channel.reported = {**channel.by_source, **channel.reported}
    hidden = {s.id: s for s in own if s.hidden}
    channel.hidden = said_by(facts, hidden) if hidden else {}
    return channel


def _part_claims(channel: Channel, heard: Heard) -> None:
    """Set aside what the person reported themselves, unless there is nothing else."""

    def is_claim(bucket: BucketFact) -> bool:
        return heard.sources[bucket.source_id].kind == MANUAL

    every = [*heard.totals, *heard.windows]
    claims = [bucket for bucket in every if is_claim(bucket)]
    measured = heard.samples or heard.speaking or len(claims) < len(every)
    channel.claimed = bool(claims) and not measured
    if claims and measured:
        heard.totals = [bucket for bucket in heard.totals if not is_claim(bucket)]
        heard.windows = [bucket for bucket in heard.windows if not is_claim(bucket)]
        channel.reported |= {b.source_id: Fraction(b.steps) for b in claims}


def _let_total_speak(channel: Channel, total: BucketFact, *, count_manual: bool) -> None:
    steps = counted(total, count_manual=count_manual)
    newer = channel.total is not None and channel.as_of > total.as_of
    if not newer or floor(channel.total or 0) <= floor(steps):
        channel.total, channel.by_source = steps, {total.source_id: steps}


def _sweep_into(
    channel: Channel, heard: Heard, borders: Sequence[datetime], *, count_manual: bool
) -> None:
    """Fill a channel from its swept hours; when nobody spoke its total stays unknown."""
    said: Sequence[FoldedFact | SampleFact | BucketFact]
    if heard.speaking:
        said = heard.speaking
        swept = _unfolded(heard.speaking, len(borders) - 1, count_manual=count_manual)
    elif heard.samples:
        said = heard.samples
        swept = _swept(heard.samples, heard.sources, borders)
    elif heard.windows:
        said = heard.windows
        swept = sweep(_windows(heard.windows, count_manual=count_manual), _ms(borders))
    else:
        return
    channel.as_of = max(each.as_of for each in said)
    if any(bucket.touched for bucket in swept):
        _take(channel, swept)


def _take(channel: Channel, swept: list[SweptBucket]) -> None:
    channel.swept = swept
    channel.total = sum(channel.hours, Fraction(0))
    for bucket in swept:
        for source, steps in bucket.by_source.items():
            channel.by_source[source] = channel.by_source.get(source, Fraction(0)) + steps


def _unfolded(folded: Iterable[FoldedFact], hours: int, *, count_manual: bool) -> list[SweptBucket]:
    buckets = [SweptBucket() for _ in range(hours)]
    for fact in folded:
        steps = fact.hours_with_manual if count_manual else fact.hours
        for bucket, each in zip(buckets, steps or (), strict=False):
            bucket.add(fact.source_id, Fraction(each))
    return buckets


def _windows(buckets: list[BucketFact], *, count_manual: bool) -> list[SweepSample]:
    """Merged windows as samples of one rank, so that a newer statement wins where two overlap."""
    return [
        SweepSample(
            id=f"{b.source_id}/{b.start}/{b.end}",
            source=b.source_id,
            rank=1,
            start=_millis(b.start),
            end=_millis(b.end),
            steps=counted(b, count_manual=count_manual),
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
    newest = max(
        eligible, key=lambda s: (-rank(sources[s.source_id]), s.written_at, s.end, s.steps, s.id)
    )
    return sweep(_as_sweep([newest], sources), _ms(borders))


def _total_like(sample: SampleFact, borders: Sequence[datetime]) -> bool:
    length = sample.end - sample.start
    return length > LONGEST_SAMPLE or (
        sample.start == borders[0] and length > LONGEST_FROM_MIDNIGHT
    )


def _as_sweep(samples: list[SampleFact], sources: dict[str, SourceFact]) -> list[SweepSample]:
    ranks = {key: rank(source) for key, source in sources.items()}
    return [
        SweepSample(
            id=s.id,
            source=s.source_id,
            rank=ranks[s.source_id],
            start=_millis(s.start),
            end=_millis(s.end),
            steps=_exact(s.steps),
            written=_millis(s.written_at),
        )
        for s in samples
    ]


def _exact(steps: Decimal) -> Fraction:
    """Most counts are whole, and a fraction made from an integer costs a tenth."""
    whole = int(steps)
    return Fraction(whole) if whole == steps else Fraction(steps)


def rank(source: SourceFact) -> int:
    """Return the person's own order first, then the default by kind; 1 is best."""
    return source.position if source.position is not None else 100 + KIND_RANK[source.kind]


def _millis(instant: datetime | None) -> int:
    assert instant is not None
    return round(instant.timestamp() * 1000)


def _ms(borders: Sequence[datetime]) -> list[int]:
    return [_millis(border) for border in borders]
