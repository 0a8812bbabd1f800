"""One connection's answer for a local day. Pure.

The day total of a connection speaks for the day; else its samples are swept, else its merged
windows. Of two phones that give totals or windows one speaks, never a mixture. Something newer
outgrows a total only by saying more: a few late samples are a part of the day, never all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from steps.day_facts import BucketFact, DayFacts, FoldedFact, SampleFact, SourceFact
from steps.heard import (
    MANUAL,
    Heard,
    counted,
    counted_thousandths,
    hear,
    left_out_of_buckets,
    left_out_of_samples,
    reported,
    said_by,
)
from steps.sweep import SweepSample, SweptBucket, by_source, sweep, sweep_layers
from steps.ticks import HOUR, THOUSAND

LONGEST_SAMPLE = 4 * HOUR
LONGEST_FROM_MIDNIGHT = HOUR
KIND_RANK = {"watch": 2, "band": 3, "ring": 3, "phone": 4, "app": 5, "cloud": 5, "manual": 6}
_NEVER = -(2**62)
Said = Mapping[str, Sequence[SampleFact]]


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
    as_of: int = _NEVER
    by_source: dict[str, Fraction] = field(default_factory=dict)
    reported: dict[str, Fraction] = field(default_factory=dict)
    hidden: dict[str, Fraction] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_of_samples: dict[str, int] = field(default_factory=dict)


def answer(connection_id: str, facts: DayFacts, *, count_manual: bool) -> Channel:
    """Work out one connection. ``count_manual`` lets hand-typed steps take part."""
    own = [s for s in facts.sources if s.connection_id == connection_id]
    heard = hear(facts, {s.id: s for s in own if not s.hidden}, count_manual=count_manual)
    channel = Channel(connection_id=connection_id)
    channel.reported = reported(heard, facts.marks, count_manual=count_manual)
    _part_claims(channel, heard)
    _let_one_speak(channel, heard, facts.marks, count_manual=count_manual)
    channel.left_out_of_samples = left_out_of_samples(heard, facts.marks, count_manual=count_manual)
    channel.left_out = left_out_of_buckets(heard, count_manual=count_manual)
    channel.left_out |= channel.left_out_of_samples
    _sweep_into(channel, heard, facts.marks, count_manual=count_manual)
    if heard.totals:
        _let_total_speak(channel, heard.totals[-1], count_manual=count_manual)
    unheard = _unheard(channel, heard, facts.marks, count_manual=count_manual)
    channel.reported = {**unheard, **channel.by_source, **channel.reported}
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
        channel.reported |= {b.source_id: counted(b, count_manual=True) for b in claims}


def _let_one_speak(
    channel: Channel, heard: Heard, marks: Sequence[int], *, count_manual: bool
) -> None:
    """Leave one source of totals and windows: those of two phones are about the same steps.

    It is the person's first choice, else the one that says the most, whoever spoke last.
    """
    named = sorted({bucket.source_id for bucket in (*heard.totals, *heard.windows)})
    if len(named) < 2:
        return
    said = {source: _alone(source, heard, marks, count_manual=count_manual) for source in named}
    best = min(named, key=lambda source: (rank(heard.sources[source]), -said[source], source))
    heard.totals = [bucket for bucket in heard.totals if bucket.source_id == best]
    heard.windows = [bucket for bucket in heard.windows if bucket.source_id == best]
    channel.reported |= {source: said[source] for source in named if source != best}


def _unheard(
    channel: Channel, heard: Heard, marks: Sequence[int], *, count_manual: bool
) -> dict[str, Fraction]:
    """Return what totals and windows said that samples or a better total have outdone."""
    named = {bucket.source_id for bucket in (*heard.totals, *heard.windows)}
    silent = named - channel.by_source.keys() - channel.reported.keys()
    return {source: _alone(source, heard, marks, count_manual=count_manual) for source in silent}


def _alone(source: str, heard: Heard, marks: Sequence[int], *, count_manual: bool) -> Fraction:
    """Return what a source's totals and windows say where nobody else is heard."""
    own = Heard(
        sources=heard.sources,
        windows=[bucket for bucket in heard.windows if bucket.source_id == source],
        totals=[bucket for bucket in heard.totals if bucket.source_id == source],
    )
    channel = Channel(connection_id="")
    _sweep_into(channel, own, marks, count_manual=count_manual)
    if own.totals:
        _let_total_speak(channel, own.totals[-1], count_manual=count_manual)
    return channel.total or Fraction(0)


def _let_total_speak(channel: Channel, total: BucketFact, *, count_manual: bool) -> None:
    steps = counted(total, count_manual=count_manual)
    newer = channel.total is not None and channel.as_of > total.as_of
    if not newer or floor(channel.total or 0) <= floor(steps):
        channel.total, channel.by_source = steps, {total.source_id: steps}


def _sweep_into(
    channel: Channel, heard: Heard, marks: Sequence[int], *, count_manual: bool
) -> None:
    """Fill a channel from its swept hours; when nobody spoke its total stays unknown."""
    if heard.speaking:
        channel.as_of = max(fact.as_of for fact in heard.speaking)
        swept = _unfolded(heard.speaking, len(marks) - 1, count_manual=count_manual)
    elif heard.samples:
        channel.as_of = max([max([s[7] for s in rows]) for rows in heard.samples.values()])
        swept = _swept(heard.samples, heard.sources, marks)
    elif heard.windows:
        channel.as_of = max(window.as_of for window in heard.windows)
        swept = sweep(_windows(heard.windows, count_manual=count_manual), marks, per=THOUSAND)
    else:
        return
    if any(bucket.shares for bucket in swept):
        _take(channel, swept)


def _take(channel: Channel, swept: list[SweptBucket]) -> None:
    shares, per = by_source(swept), swept[0].per
    channel.swept = swept
    channel.total = Fraction(sum(shares.values()), per)
    channel.by_source = {source: Fraction(share, per) for source, share in shares.items()}


def _unfolded(folded: Iterable[FoldedFact], hours: int, *, count_manual: bool) -> list[SweptBucket]:
    found = [SweptBucket() for _ in range(hours)]
    for fact in folded:
        steps = fact.hours_with_manual if count_manual else fact.hours
        for bucket, each in zip(found, steps or (), strict=False):
            bucket.shares[fact.source_id] = bucket.shares.get(fact.source_id, 0) + each
    return found


def _windows(windows: list[BucketFact], *, count_manual: bool) -> list[SweepSample]:
    """Merged windows as samples of one rank, so that a newer statement wins where two overlap."""
    return [
        SweepSample(
            id=f"{b.source_id}/{b.start}/{b.end}",
            source=b.source_id,
            start=b.start,
            end=b.end,
            steps=counted_thousandths(b, count_manual=count_manual),
            rank=1,
            written=b.as_of,
        )
        for b in windows
        if b.start is not None and b.end is not None
    ]


def _swept(
    samples: Said, sources: Mapping[str, SourceFact], marks: Sequence[int]
) -> list[SweptBucket]:
    """Sweep the samples; claims about half a day or more speak only when nothing finer does."""
    fine = {source: _fine(rows, marks[0]) for source, rows in samples.items()}
    if any(fine.values()):
        return _swept_together(fine, sources, marks)
    claims = [s for rows in samples.values() for s in rows if s.steps > 0]
    if not claims:
        return _swept_together(samples, sources, marks)
    newest = max(
        claims, key=lambda s: (-rank(sources[s.source_id]), s.written_at, s.end, s.steps, s.id)
    )
    return _swept_together({newest.source_id: [newest]}, sources, marks)


def _fine(samples: Sequence[SampleFact], midnight: int) -> list[SampleFact]:
    """Return the samples that say something and are no claims about half a day or more."""
    return [
        s
        for s in samples
        if s[4] > 0
        and (length := s[3] - s[2]) <= LONGEST_SAMPLE
        and (length <= LONGEST_FROM_MIDNIGHT or s[2] != midnight)
    ]


def _swept_together(
    samples: Said, sources: Mapping[str, SourceFact], marks: Sequence[int]
) -> list[SweptBucket]:
    """Sweep samples that may all speak; sources of one rank share a layer."""
    layers: dict[int, list[SampleFact]] = {}
    for source, rows in samples.items():
        layers.setdefault(rank(sources[source]), []).extend(rows)
    return sweep_layers([layers[place] for place in sorted(layers)], marks, per=THOUSAND)


def rank(source: SourceFact) -> int:
    """Return the person's own order first, then the default by kind; 1 is best."""
    return source.position if source.position is not None else 100 + KIND_RANK[source.kind]
