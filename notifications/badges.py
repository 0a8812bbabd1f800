"""The badges there are and what earns them. Pure.

A badge follows from the counted days of one person in one challenge and from nothing else, so it
can be made again at any time. Adding one is adding a rule here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)


class Walked(NamedTuple):
    """The counted steps of one local day."""

    date: date
    counted: int


Rule = Callable[[Sequence[Walked]], date | None]


@dataclass(frozen=True, slots=True)
class BadgeRule:
    """A badge: its stable code, its name, what it means, and the day on which it is earned."""

    code: str
    title: str
    meaning: str
    earned: Rule


def earned(days: Sequence[Walked]) -> dict[str, date]:
    """Return which badges ``days`` (in order of date) earn, with the day that earned each."""
    found = {rule.code: rule.earned(days) for rule in RULES.values()}
    return {code: day for code, day in found.items() if day is not None}


def milestones(total: int) -> list[int]:
    """Return the totals of counted steps that ``total`` has reached, lowest first."""
    return [each for each in MILESTONES if each <= total]


def _first_steps(days: Sequence[Walked]) -> date | None:
    return next((day.date for day in days if day.counted > 0), None)


def _day_of(steps: int) -> Rule:
    return lambda days: next((day.date for day in days if day.counted >= steps), None)


def _total_of(steps: int) -> Rule:
    def rule(days: Sequence[Walked]) -> date | None:
        total = 0
        for day in days:
            total += day.counted
            if total >= steps:
                return day.date
        return None

    return rule


def _row_of(length: int, steps: int) -> Rule:
    """As many days one after the other, each with at least so many steps."""

    def rule(days: Sequence[Walked]) -> date | None:
        row, before = 0, None
        for day in days:
            follows = before is not None and day.date == before + ONE_DAY
            row = (row if follows else 0) + 1 if day.counted >= steps else 0
            before = day.date
            if row >= length:
                return day.date
        return None

    return rule


def _weekend(days: Sequence[Walked]) -> date | None:
    """Ten thousand on a Saturday and on the Sunday after it."""
    strong = {day.date for day in days if day.counted >= 10_000}
    sundays = (day for day in sorted(strong) if day.weekday() == 6)
    return next((day for day in sundays if day - ONE_DAY in strong), None)


MILESTONES = (10_000, 50_000, 100_000, 250_000, 500_000, 750_000, 1_000_000, 2_000_000, 5_000_000)
RULES: Mapping[str, BadgeRule] = {
    rule.code: rule
    for rule in (
        BadgeRule("first_steps", "First steps", "Your first steps have counted.", _first_steps),
        BadgeRule("day_10k", "Ten thousand", "10,000 steps in one day.", _day_of(10_000)),
        BadgeRule("day_20k", "Twenty thousand", "20,000 steps in one day.", _day_of(20_000)),
        BadgeRule(
            "row_3", "Three in a row", "5,000 steps on three days running.", _row_of(3, 5_000)
        ),
        BadgeRule("row_7", "A whole week", "5,000 steps on seven days running.", _row_of(7, 5_000)),
        BadgeRule("row_30", "A whole month", "5,000 steps on 30 days running.", _row_of(30, 5_000)),
        BadgeRule("weekend", "Weekend walker", "10,000 steps on both days of a weekend.", _weekend),
        BadgeRule("total_100k", "Hundred thousand", "100,000 steps in all.", _total_of(100_000)),
        BadgeRule("total_500k", "Half a million", "500,000 steps in all.", _total_of(500_000)),
        BadgeRule("total_1m", "A million", "1,000,000 steps in all.", _total_of(1_000_000)),
    )
}
