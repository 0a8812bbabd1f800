"""From what every source claims about one local day to one number that can explain itself. Pure.

Per day exactly one channel (connection) counts: the one whose source comes first in the person's
own order of those that spoke on the day, or, where none has a place, the one with the highest
total. Channels are never added up: the same walk reaches us on several ways. Totals that a person
reports themselves count only on days that nothing measured.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor

from steps.channel import Channel, answer
from steps.day_facts import DayFacts, SourceFact
from steps.sweep import SweptBucket

RULE_VERSION = 2


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

    The day is floored once from the exact sum; ``hours`` add up to what was swept, floored.
    """

    steps: int | None
    source_id: str | None
    hours: tuple[int, ...] = ()
    shares: tuple[SourceShare, ...] = ()
    excluded: tuple[Exclusion, ...] = ()


def merge_day(facts: DayFacts, *, count_manual: bool) -> DayResult:
    """Work out the day. ``count_manual`` lets hand-typed steps take part as any other source."""
    channels = [
        answer(connection, facts, count_manual=count_manual)
        for connection in sorted({s.connection_id for s in facts.sources})
    ]
    spoken = [channel for channel in channels if channel.total is not None]
    measured = [channel for channel in spoken if not channel.claimed]
    winner = _winning(measured or spoken, facts.sources) if spoken else None
    outdone = {source.id for source in facts.sources if source.outdone}
    shares = tuple(share for channel in channels for share in _shares(channel, winner, outdone))
    excluded = _excluded(channels)
    if winner is None:
        return DayResult(steps=None, source_id=None, shares=shares, excluded=excluded)
    return DayResult(
        steps=floor(winner.total or 0),
        source_id=max(winner.by_source, key=lambda key: (winner.by_source[key], key), default=None),
        hours=whole_hours(winner.swept),
        shares=shares,
        excluded=excluded,
    )


def whole_hours(hours: Sequence[SweptBucket]) -> tuple[int, ...]:
    """Return the hours of a sweep as whole steps whose sum is the exact sum, floored."""
    per = hours[0].per if hours else 1
    exact = accumulate([sum(hour.shares.values()) for hour in hours], initial=0)
    return tuple([after - before for before, after in pairwise([each // per for each in exact])])


def _excluded(channels: Sequence[Channel]) -> tuple[Exclusion, ...]:
    steps: dict[str, int] = {}
    for channel in channels:
        for reason, value in channel.left_out.items():
            steps[reason] = steps.get(reason, 0) + value
    return tuple(Exclusion(reason=reason, steps=steps[reason]) for reason in sorted(steps))


def _winning(channels: list[Channel], sources: Sequence[SourceFact]) -> Channel:
    places = {s.id: s.position for s in sources if s.position is not None}
    placed = [(place, c) for c in channels if (place := _best_place(c, places)) is not None]
    if placed:
        return min(placed, key=lambda each: (each[0], each[1].connection_id))[1]
    first_seen = {
        s.connection_id: s.first_seen_at
        for s in sorted(sources, key=lambda s: s.first_seen_at, reverse=True)
    }
    return min(
        channels, key=lambda c: (-floor(c.total or 0), first_seen[c.connection_id], c.connection_id)
    )


def _best_place(channel: Channel, places: Mapping[str, int]) -> int | None:
    """Return the best place in the person's order of the sources that spoke on the day."""
    return min((places[source] for source in channel.reported if source in places), default=None)


def _shares(
    channel: Channel, winner: Channel | None, outdone: Collection[str]
) -> list[SourceShare]:
    won = channel is winner
    shown = [
        SourceShare(
            source_id=source,
            reported=floor(channel.reported[source]),
            counted=floor(channel.by_source.get(source, 0)) if won else 0,
            reason=_reason(source, channel, won=won),
        )
        for source in sorted(channel.reported)
    ]
    hidden = [
        SourceShare(
            source_id=source,
            reported=floor(said),
            counted=0,
            reason="only_fills_gaps" if source in outdone else "hidden_by_you",
        )
        for source, said in sorted(channel.hidden.items())
    ]
    return shown + hidden


def _reason(source: str, channel: Channel, *, won: bool) -> str:
    if not won:
        return "other_channel_counted"
    counted, said = channel.by_source.get(source, Fraction(0)), channel.reported[source]
    if counted == said:
        return "counted"
    return "partly_covered_by_better_source" if counted else "covered_by_better_source"
