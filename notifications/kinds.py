"""What people are told about, how, and in which words. Pure.

Facts are plain JSON values; a text is made from them when it is read, so that a better wording
reaches old messages, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    """A way to reach somebody outside of the app's own list, which always has everything."""

    EMAIL = "email"
    PUSH = "push"


class Kind(StrEnum):
    """What a message is about."""

    STARTED = "started"
    SUMMARY = "summary"
    OVERTAKEN = "overtaken"
    MILESTONE = "milestone"
    BADGE = "badge"
    NOT_SYNCED = "not_synced"
    CLOSING = "closing"
    RESULT = "result"


KIND_CHOICES = [(each.value, each.value) for each in Kind]
BOTH = frozenset(Channel)
PUSH_ONLY = frozenset({Channel.PUSH})
# Small and frequent news goes to the phone only, what one would miss also by mail.
DEFAULTS: Mapping[Kind, frozenset[Channel]] = {
    Kind.STARTED: BOTH,
    Kind.SUMMARY: PUSH_ONLY,
    Kind.OVERTAKEN: PUSH_ONLY,
    Kind.MILESTONE: PUSH_ONLY,
    Kind.BADGE: PUSH_ONLY,
    Kind.NOT_SYNCED: BOTH,
    Kind.CLOSING: BOTH,
    Kind.RESULT: BOTH,
}
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A message in words: a line, and a sentence or two."""

    title: str
    body: str


def text(kind: str, facts: Facts) -> Text:
    """Write a message in words; facts that are missing are left out of it."""
    return _WRITERS[Kind(kind)](facts)


def _started(facts: Facts) -> Text:
    return Text(
        f"{_challenge(facts)} has begun",
        f"Your steps count from today until {_day(facts, 'ends_on')}. Have a good walk!",
    )


def _summary(facts: Facts) -> Text:
    rank = f" You are in place {facts['rank']:,}{_movement(facts)}." if facts.get("rank") else ""
    return Text(
        f"{_number(facts, 'counted')} steps on {_day(facts, 'date')}",
        f"{_challenge(facts)}: {_score(facts)} so far." + rank,
    )


def _movement(facts: Facts) -> str:
    moved = (facts.get("rank_before") or facts["rank"]) - facts["rank"]
    if not moved:
        return ""
    return f", {abs(moved)} {'up' if moved > 0 else 'down'} since yesterday"


def _overtaken(facts: Facts) -> Text:
    return Text(
        f"You are now in place {_number(facts, 'rank')}",
        f"{facts.get('by') or 'Somebody'} passed you in {_challenge(facts)}.",
    )


def _milestone(facts: Facts) -> Text:
    return Text(
        f"{_number(facts, 'threshold')} steps!",
        f"That many have counted for you in {_challenge(facts)}.",
    )


def _badge(facts: Facts) -> Text:
    return Text(f"New badge: {facts.get('title', '')}", str(facts.get("meaning", "")))


def _not_synced(facts: Facts) -> Text:
    return Text(
        f"No steps have arrived since {_day(facts, 'since')}",
        "Open your tracker's app so that it can sync, then tap Sync steps. "
        "If that does not help, look at Why are my steps not syncing?",
    )


def _closing(facts: Facts) -> Text:
    return Text(
        f"{_challenge(facts)} ends on {_day(facts, 'ends_on')}",
        f"Sync your tracker soon: late steps count until {facts.get('final_at', 'the end')}.",
    )


def _result(facts: Facts) -> Text:
    rank = f"You finished in place {facts['rank']:,} with " if facts.get("rank") else "You have "
    return Text(
        f"{_challenge(facts)} is over",
        f"{rank}{_score(facts)}. The result is final.",
    )


_WRITERS: Mapping[Kind, Callable[[Facts], Text]] = {
    Kind.STARTED: _started,
    Kind.SUMMARY: _summary,
    Kind.OVERTAKEN: _overtaken,
    Kind.MILESTONE: _milestone,
    Kind.BADGE: _badge,
    Kind.NOT_SYNCED: _not_synced,
    Kind.CLOSING: _closing,
    Kind.RESULT: _result,
}


def _challenge(facts: Facts) -> str:
    return str(facts.get("challenge") or "The challenge")


def _number(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return f"{value:,}" if isinstance(value, int) else "0"


def _score(facts: Facts) -> str:
    """The score with what it counts; units are plurals, and one of them goes without its s."""
    unit = str(facts.get("unit", "steps"))
    return (
        f"{_number(facts, 'score')} {unit.removesuffix('s') if facts.get('score') == 1 else unit}"
    )


def _day(facts: Facts, name: str) -> str:
    value = facts.get(name)
    if not isinstance(value, str):
        return "the end"
    day = date.fromisoformat(value[:10])
    return f"{day:%A}, {day.day} {day:%B}"
