"""How a person's steps fall over a day: same seed and date, same minutes, for ever. Pure.

Minutes are minutes of the wall clock, 0 to 1439. Everything stays between 06:30 and 23:00, where
no zone changes its clocks, so a wall minute is always one real minute.
"""

import random
from datetime import date
from functools import lru_cache
from typing import NamedTuple

WEEKDAY = (1.02, 1.06, 1.04, 1.07, 1.1, 0.95, 0.76)
WAKING = (7 * 60, 22 * 60 + 30)


class Bout(NamedTuple):
    """A stretch of walking: when it starts, minutes it lasts at 8,000 steps, how brisk it is."""

    start: int
    length: int
    pace: float


WORKDAY = (
    Bout(7 * 60 + 40, 18, 1.0),
    Bout(10 * 60 + 15, 6, 0.6),
    Bout(12 * 60 + 10, 22, 0.9),
    Bout(15 * 60 + 20, 6, 0.6),
    Bout(17 * 60 + 25, 20, 1.0),
    Bout(19 * 60 + 40, 16, 0.9),
)
FREE_DAY = (
    Bout(9 * 60 + 30, 14, 0.7),
    Bout(11 * 60 + 10, 30, 0.9),
    Bout(15 * 60, 28, 1.0),
    Bout(18 * 60 + 30, 14, 0.7),
)


def day_total(*, seed: str, daily: int, variation: float, day: date) -> int:
    """The steps of one whole day: `daily`, bent by the weekday and by up to +-`variation`."""
    swing = random.Random(f"{seed}:{day}:total").uniform(-1, 1)  # noqa: S311  # not for secrets
    return max(0, round(daily * WEEKDAY[day.weekday()] * (1 + variation * swing)))


@lru_cache(maxsize=2048)
def spread(*, seed: str, total: int, day: date) -> tuple[tuple[int, int], ...]:
    """(wall minute, steps) in order of time, never empty; the steps sum exactly to `total`."""
    weights = _weights(random.Random(f"{seed}:{day}:shape"), total=total, day=day)  # noqa: S311
    minutes = sorted(weights)
    counts = share(total, [weights[minute] for minute in minutes])
    kept = [pair for pair in zip(minutes, counts, strict=True) if pair[1]]
    return tuple(kept) or ((12 * 60, 0),)


def _weights(rng: random.Random, *, total: int, day: date) -> dict[int, float]:
    weights: dict[int, float] = {}
    stretch = min(max(total / 8000, 0.25), 2.5)
    for bout in WORKDAY if day.weekday() < 5 else FREE_DAY:
        start = bout.start + rng.randint(-12, 12)
        for minute in range(start, start + max(2, round(bout.length * stretch))):
            weights[minute] = bout.pace * (0.7 + 0.6 * rng.random())
    for _ in range(40):
        weights.setdefault(rng.randrange(*WAKING), 0.05 + 0.2 * rng.random())
    return weights


def share(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in proportion to the weights that sum exactly to `total`."""
    whole = sum(weights)
    counts, given, seen = [], 0, 0.0
    for weight in weights:
        seen += weight
        upto = round(total * seen / whole)
        counts.append(upto - given)
        given = upto
    counts[-1] += total - given
    return counts
