"""How teams come about and how their score follows from their members. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from challenges.kind import Kind, Tally

THOUSANDTHS = 1000
STEPS_LIMIT = 1_000_000_000


class Mode(StrEnum):
    """How members' scores become the team's."""

    SUM = "sum"
    AVERAGE_ALL = "average_all"
    AVERAGE_WITH_DATA = "average_with_data"
    BEST = "best"
    FIXED_DIVISOR = "fixed_divisor"


class TeamRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the organizer decided about teams.

    ``number``: how many members count (``best``) or what the sum is divided by
    (``fixed_divisor``). ``formed_by``: who makes teams. ``largest``: most members, or no limit.
    ``moved_steps``: whether earlier steps of somebody who changes teams ``move_along`` or ``stay``.
    """

    mode: Mode = Mode.SUM
    number: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    formed_by: Literal["staff", "people"] = "staff"
    largest: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    moved_steps: Literal["move_along", "stay"] = "move_along"


class Part(NamedTuple):
    """What one person gave to a team; ``known`` says whether any day of them is known."""

    score: int
    tiebreak: int
    known: bool


NEEDS_NUMBER = {Mode.BEST, Mode.FIXED_DIVISOR}


def read(stored: Mapping[str, Any]) -> TeamRules:
    """Read stored rules; raises ``msgspec.ValidationError`` for any others."""
    return msgspec.convert(stored, TeamRules)


def problems_of(stored: Any) -> list[str]:
    """Return what is wrong with rules for teams, as sentences."""
    try:
        rules = read(stored)
    except msgspec.ValidationError as error:
        return [f"{error}."]
    if (rules.number is None) == (rules.mode in NEEDS_NUMBER):
        return ["A number belongs to best and fixed_divisor, and only to these."]
    return []


def tie_limit(kind: Kind[Any], rules: TeamRules) -> int:
    """Return the limit of a team's tie-breaker, see ``challenges.kind``."""
    fraction = 1 if rules.mode in {Mode.SUM, Mode.BEST} else THOUSANDTHS
    return fraction * (STEPS_LIMIT if kind.ties_by_steps else 1)


def tally(parts: Sequence[Part], kind: Kind[Any], rules: TeamRules) -> Tally:
    """Return a team's score; a fraction of an average decides among equal scores, then steps."""
    counted = _counted(parts, rules)
    divisor = _divisor(parts, rules)
    exact = Fraction(sum(part.score for part in counted), divisor)
    score, limit = int(exact), tie_limit(kind, rules)
    steps = sum(part.tiebreak for part in counted) // divisor if kind.ties_by_steps else 0
    scale = STEPS_LIMIT if kind.ties_by_steps else 1
    fraction = int((exact - score) * THOUSANDTHS) if limit > scale else 0
    return Tally(score, fraction * scale + min(steps, STEPS_LIMIT - 1))


def _counted(parts: Collection[Part], rules: TeamRules) -> list[Part]:
    if rules.mode is not Mode.BEST:
        return list(parts)
    return sorted(parts, key=lambda part: (part.score, part.tiebreak), reverse=True)[: rules.number]


def _divisor(parts: Sequence[Part], rules: TeamRules) -> int:
    if rules.mode is Mode.AVERAGE_ALL:
        return max(1, len(parts))
    if rules.mode is Mode.AVERAGE_WITH_DATA:
        return max(1, sum(part.known for part in parts))
    return rules.number or 1 if rules.mode is Mode.FIXED_DIVISOR else 1


def as_data(rules: TeamRules) -> dict[str, Any]:
    """Return the rules as plain values, those that were not chosen too."""
    plain: dict[str, Any] = msgspec.to_builtins(rules)
    return plain


def words(rules: TeamRules) -> list[str]:
    """Return the rules as sentences for participants."""
    limit = [f"A team has {rules.largest} members at most."] if rules.largest else []
    formed = {
        "staff": "Teams are made by the organizer.",
        "people": "Anybody can make a team and invite others.",
    }
    moved = {
        "move_along": "Who changes teams takes all earlier steps along.",
        "stay": "Who changes teams leaves earlier steps with the old team.",
    }
    return [
        _SCORE[rules.mode].format(n=rules.number),
        formed[rules.formed_by],
        *limit,
        moved[rules.moved_steps],
    ]


_SCORE = {
    Mode.SUM: "A team's score is the sum of its members' scores.",
    Mode.AVERAGE_ALL: "A team's score is the average of all its members, with or without data.",
    Mode.AVERAGE_WITH_DATA: "A team's score is the average of the members whose steps are known.",
    Mode.BEST: "A team's score is the sum of its {n} best members.",
    Mode.FIXED_DIVISOR: "A team's score is the sum of its members' scores divided by {n}.",
}
