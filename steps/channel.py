"""One connection's answer for a local day. Pure.

The day total of a connection speaks for the day; else its samples are swept, else its merged
windows. Of two phones that give totals or windows one speaks, never a mixture. Something newer
outgrows a total only by saying more: a few late samples are a part of the day, never all of it.
Windows outgrow samples in the same way; older ones never do. Where hand-typed steps are left out,
totals and windows that do not tell them apart yield to what was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from steps import hours
from steps.day_facts import BucketFact, DayFacts
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
from steps.hours import Hours, place
from steps.sweep import SweptBucket

_NEVER = -(2**62)


@dataclass(slots=True, kw_only=True)
class Channel:
    """What one connection makes of the day, before connections are compared.

    ``claimed``: all it has is what the person reported themselves. ``swept`` are its hours from
    samples or windows, whether or not a day total then counts; ``as_of`` is the newest of those.
    ``sampled`` are those of its samples, whether or not they are the ones that speak. ``hidden``
    holds what sources said that the person has hidden, ``left_out`` steps by reason.
    """

    connection_id: str
    claimed: bool = False
    total: Fraction | None = None
    swept: list[SweptBucket] = field(default_factory=list)
    sampled: list[SweptBucket] = field(default_factory=list)
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
    channel.left_out_of_samples = left_out_of_samples(heard, facts.marks, count_manual=count_manual)
    _part_unclear(channel, heard, facts.marks)
    _part_claims(channel, heard)
    _let_one_speak(channel, heard, facts.marks, count_manual=count_manual)
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


def _part_unclear(channel: Channel, heard: Heard, marks: Sequence[int]) -> None:
    """Set aside what may hold steps typed by hand without saying so, where something was measured.

    What was typed is not subtracted instead: where it lies over measured steps, the device has
    counted only one of the two.
    """
    if MANUAL not in channel.left_out_of_samples:
        return
    if not any(said >= 1 for said in channel.reported.values()):
        return
    every = [*heard.totals, *heard.windows]
    said = {b.source_id: _alone(b.source_id, heard, marks, count_manual=False) for b in every}
    tell = {window.source_id for window in heard.windows if window.manual_steps}
    heard.totals = [total for total in heard.totals if total.manual_steps]
    heard.windows = [window for window in heard.windows if window.source_id in tell]
    left = {bucket.source_id for bucket in (*heard.totals, *heard.windows)}
    channel.reported |= {source: steps for source, steps in said.items() if source not in left}


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
    best = min(named, key=lambda source: (place(heard.sources[source]), -said[source], source))
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
    """Fill a channel from its hours; when nobody spoke its total stays unknown."""
    sampled = hours.of_samples(heard, marks, count_manual=count_manual)
    windows = hours.of_windows(heard, marks, count_manual=count_manual)
    channel.sampled = sampled.swept if sampled else []
    spoken = windows if sampled is None or _outgrown(sampled, windows) else sampled
    if spoken:
        _take(channel, spoken)


def _outgrown(sampled: Hours, windows: Hours | None) -> bool:
    """Whether windows that are no older say more: then the samples are only a part of the day."""
    if windows is None or windows.as_of < sampled.as_of:
        return False
    return floor(windows.day.total) > floor(sampled.day.total)


def _take(channel: Channel, spoken: Hours) -> None:
    channel.swept, channel.as_of = spoken.swept, spoken.as_of
    channel.total, channel.by_source = spoken.day.total, spoken.day.by_source
