"""What one local day is worth under a challenge's rules, and what was left out of it. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol


class DayInput(NamedTuple):
    """What is known of a day: steps without and with hand-typed ones, and converted activities.

    None is unknown, which is not zero.
    """

    steps: int | None
    with_manual: int | None
    converted: int = 0


class DayTerms(Protocol):
    """The rules a day has to pass; ``models.Challenge`` has all of it."""

    @property
    def daily_cap(self) -> int | None:
        """Most steps of one local day that count, or None."""

    @property
    def minimum_day(self) -> int:
        """A day with fewer steps counts nothing."""

    @property
    def manual_policy(self) -> str:
        """``exclude``, ``label``, ``limit`` or ``count``."""

    @property
    def manual_limit(self) -> int | None:
        """With ``limit``: most hand-typed steps of a day that count."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a local day gives: steps that may count, those that do, and where some came from."""

    steps: int
    counted: int
    typed: int = 0
    converted: int = 0


def worth(given: DayInput, terms: DayTerms, *, counting: bool = True) -> Worth | None:
    """Return what a day gives, or None while nothing is known of it.

    ``counting`` False is a day before somebody's first one: known, and worth nothing.
    """
    walked = admitted(given, terms)
    if walked is None and not given.converted:
        return None
    steps = (walked or 0) + given.converted
    counts = counting and steps >= terms.minimum_day
    counted = capped(steps, terms.daily_cap) if counts else 0
    return Worth(steps, counted, typed(given), given.converted)


def admitted(given: DayInput, terms: DayTerms) -> int | None:
    """Return the steps that the manual policy lets in."""
    if terms.manual_policy == "exclude":
        return given.steps
    if terms.manual_policy != "limit" or given.with_manual is None:
        return given.with_manual
    return (given.steps or 0) + min(typed(given), terms.manual_limit or 0)


def typed(given: DayInput) -> int:
    """Return how many more steps there are with the hand-typed ones."""
    return max(0, (given.with_manual or 0) - (given.steps or 0))


def capped(steps: int, daily_cap: int | None) -> int:
    """Return how many of one local day's ``steps`` count: all, or the cap when there are more."""
    return steps if daily_cap is None else min(steps, daily_cap)


def left_out(day: Worth, terms: DayTerms, *, counting: bool = True) -> dict[str, int]:
    """Return steps of a day that did not count, by reason; reasons without steps are absent."""
    reasons = {
        "before_joining": 0 if counting else day.steps,
        "below_minimum": day.steps if counting and day.steps < terms.minimum_day else 0,
        "over_cap": day.steps - day.counted if counting and day.counted else 0,
        "typed_by_hand": _typed_out(day, terms),
    }
    return {reason: steps for reason, steps in reasons.items() if steps}


def _typed_out(day: Worth, terms: DayTerms) -> int:
    if terms.manual_policy == "exclude":
        return day.typed
    limited = terms.manual_policy == "limit"
    return max(0, day.typed - (terms.manual_limit or 0)) if limited else 0


def counts_on(day: date, counts_from: date | None) -> bool:
    """Return whether a day counts for somebody whose days count from ``counts_from`` on."""
    return counts_from is None or day >= counts_from
