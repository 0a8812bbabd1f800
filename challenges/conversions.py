"""Tables that turn activities into steps, for people who do not walk. Pure.

A table never changes once challenges use it: a new one gets a new name. The figures are conventions
for fair play, not measurements: a wheelchair push counts as a step, as trackers for wheelchair
users count them, and minutes count at walking cadences of 100 and 130 steps a minute, which are the
usual thresholds of moderate and vigorous effort.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class ActivityKind:
    """What can be entered: its unit in plural and the most that fits one day."""

    unit: str
    most: int


class Rate(NamedTuple):
    """Steps for one of the unit."""

    kind: str
    steps: int


ACTIVITY_KINDS = {
    "wheelchair_pushes": ActivityKind("pushes", 100_000),
    "moderate_minutes": ActivityKind("minutes", 1440),
    "vigorous_minutes": ActivityKind("minutes", 1440),
}
TABLES: dict[str, tuple[Rate, ...]] = {
    "wheelchair-1": (Rate("wheelchair_pushes", 1),),
    "activities-1": (
        Rate("wheelchair_pushes", 1),
        Rate("moderate_minutes", 100),
        Rate("vigorous_minutes", 130),
    ),
}


def converted(entries: Iterable[tuple[str, int]], table: str) -> int:
    """Return the steps that ``(kind, amount)`` entries of a day make; without a table none."""
    rates = dict(TABLES.get(table, ()))
    return sum(rates.get(kind, 0) * amount for kind, amount in entries)


def words_of(table: str) -> list[str]:
    """Return the table as sentences for participants."""
    rates = TABLES.get(table, ())
    if not rates:
        return ["Only steps count; other activities are not converted into steps."]
    listed = [
        f"{rate.kind.replace('_', ' ')} at {rate.steps} step{'s' if rate.steps > 1 else ''} each"
        for rate in rates
    ]
    return [
        (
            f"Activities you enter count as steps: {', '.join(listed)}. Enter only what your "
            "tracker does not count."
        )
    ]
