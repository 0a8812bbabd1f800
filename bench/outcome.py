"""What a benchmark found: values, the floors beside them, and whether the goal is met. Pure."""

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A bound for the ratio of value to floor, or, where `absolute`, for the value itself."""

    bound: float
    at_most: bool
    absolute: bool = False

    def met_by(self, value: float, ratio: float | None) -> bool:
        """Tell whether the bound holds; a missing ratio never meets a goal for one."""
        number = value if self.absolute else ratio
        if number is None:
            return False
        return number <= self.bound if self.at_most else number >= self.bound

    def __str__(self) -> str:
        kind = "value" if self.absolute else "ratio"
        return f"{kind} {'<=' if self.at_most else '>='} {self.bound:g}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: a value per run and, where there is a floor, one of each run, too.

    Value and floor have the same `unit`. Without a `goal` the row is there to be read.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    floors: tuple[float, ...] = ()
    goal: Goal | None = None

    @property
    def value(self) -> float:
        """The median of the runs."""
        return median(self.values)

    @property
    def spread(self) -> float:
        """How far the runs lie apart, as a part of the median."""
        return (max(self.values) - min(self.values)) / self.value if self.value else 0.0

    @property
    def floor(self) -> float | None:
        """The median of the floors."""
        return median(self.floors) if self.floors else None

    @property
    def ratio(self) -> float | None:
        """The median of the runs' own ratios: machines drift between runs, less within one."""
        if not self.floors:
            return None
        pairs = zip(self.values, self.floors, strict=True)
        return median(value / floor if floor else float("inf") for value, floor in pairs)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.goal.met_by(self.value, self.ratio)

    def as_json(self) -> dict[str, Any]:
        """Return the row as ``var/bench.json`` holds it."""
        return {
            "value": self.value,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio,
            "goal": None if self.goal is None else str(self.goal),
            "met": self.met,
            "runs": list(self.values),
            "floor_runs": list(self.floors),
        }


def at_least(bound: float, *, absolute: bool = False) -> Goal:
    """Return a goal that is met from `bound` upwards."""
    return Goal(bound=bound, at_most=False, absolute=absolute)


def at_most(bound: float, *, absolute: bool = False) -> Goal:
    """Return a goal that is met up to `bound`."""
    return Goal(bound=bound, at_most=True, absolute=absolute)
