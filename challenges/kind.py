"""What a kind of challenge is: how counted days become a score. Pure.

A score is a whole number, highest first, and a tie-breaker that decides among equal scores; who is
equal in both shares a rank. Boards keep the two as one number, ``score * tie_limit + tiebreak``,
which has to stay below ``MOST``: sorted sets hold numbers exactly up to there.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

MOST = 4_500_000_000_000_000


class Tally(NamedTuple):
    """A score and what decides among equal ones; more is better in both."""

    score: int
    tiebreak: int = 0


class CountedDay(NamedTuple):
    """The steps of one local day that count after the challenge's rules."""

    date: date
    counted: int


class Finish(NamedTuple):
    """A challenge is decided once so many ``people`` have the ``score``."""

    score: int
    people: int


class DayPoints(NamedTuple):
    """What a day is worth in this kind; ``goal_met`` None where days have no goal."""

    goal_met: bool | None
    points: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What a kind may need to know beside the days: the window and the rounds won so far."""

    starts_on: date
    ends_on: date
    rounds_won: int = 0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of a kind; most kinds add fields of their own."""


S = TypeVar("S", bound=Settings)


class Kind(ABC, Generic[S]):
    """A kind of challenge; what is written here suits a plain sum of counted steps.

    ``additive``: the score of days is the sum of their counted steps, with no tie-breaker.
    ``ties_by_steps``: people and teams with equal scores are told apart by their steps.
    ``shared``: there is one goal for everybody together. ``open_end``: it may run without a last
    day. ``paired``: people meet in rounds.
    """

    slug: str
    title: str
    settings_type: type[S]
    unit: str = "steps"
    additive: bool = True
    tie_limit: int = 1
    ties_by_steps: bool = False
    shared: bool = False
    open_end: bool = False
    paired: bool = False

    def settings(self, stored: Mapping[str, Any]) -> S:
        """Read stored parameters; raises ``msgspec.ValidationError`` for any others."""
        return msgspec.convert(stored, self.settings_type)

    def problems(self, settings: S, frame: Frame) -> list[str]:
        """Return what is wrong with parameters of the right types, as sentences."""
        del settings, frame
        return []

    def unit_of(self, settings: S) -> str:
        """Return what a score counts, in plural."""
        del settings
        return self.unit

    def tally(self, days: Sequence[CountedDay], settings: S, frame: Frame) -> Tally:
        """Return what days (in order) of one person are worth together."""
        del settings, frame
        return Tally(sum(day.counted for day in days))

    def day_points(self, day: CountedDay, settings: S) -> DayPoints:
        """Return what one day by itself is worth."""
        del settings
        return DayPoints(None, day.counted)

    @abstractmethod
    def words(self, settings: S) -> list[str]:
        """Return how the score comes about, as sentences for participants."""

    def until(self, settings: S) -> str:
        """Return what ends a challenge without a last day, as the end of a sentence."""
        del settings
        return "the organizer closes the challenge"

    def decided_by(self, settings: S) -> Finish | None:
        """Return what decides a challenge without a last day, None where staff close it."""
        del settings
        return None

    def scoring(self, settings: S) -> str:
        """Return one stable word for how the score comes about."""
        del settings
        return self.slug

    def outlook(self, steps: int, settings: S) -> dict[str, Any]:
        """Return where counted ``steps`` stand on the way to the goal, as data."""
        del steps, settings
        return {}


def reached_on(days: Sequence[CountedDay], target: int) -> date | None:
    """Return the local day on which the sum of counted steps came to ``target``, or None."""
    total = 0
    for day in days:
        total += day.counted
        if total >= target:
            return day.date
    return None


def earlier_is_better(day: date | None, frame: Frame, limit: int) -> int:
    """Return a tie-breaker below ``limit``: the sooner after the start, the greater; None is 0."""
    if day is None:
        return 0
    return max(1, limit - 1 - (day - frame.starts_on).days)
