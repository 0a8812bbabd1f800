"""Head to head: pairs meet week by week, winners go on. Pure.

Round ``n`` (from 0) is the ``n``-th week from the first day. Who has won ``n`` rounds has played
``n + 1`` at most, so the week to look at follows from the rounds won.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from challenges.kind import CountedDay, Frame, Kind, Settings, Tally

WEEK_DAYS = 7
STEPS_LIMIT = 1_000_000_000
MAX_ROUNDS = 16


class BracketSettings(Settings, frozen=True):
    """``settle_hours``: how long late steps of a round count after it has ended everywhere."""

    settle_hours: Annotated[int, Meta(ge=0, le=48)] = 12


class Bracket(Kind[BracketSettings]):
    """The score is the number of rounds won; the steps of the week at hand break ties."""

    slug = "bracket"
    title = "Head to head"
    settings_type = BracketSettings
    unit = "rounds"
    additive = False
    tie_limit = STEPS_LIMIT
    ties_by_steps = True
    paired = True

    def problems(self, settings: BracketSettings, frame: Frame) -> list[str]:
        """Whole weeks, and not more of them than a bracket can have rounds."""
        del settings
        days = (frame.ends_on - frame.starts_on).days + 1
        if days % WEEK_DAYS or days > WEEK_DAYS * MAX_ROUNDS:
            return [f"Rounds are weeks: choose 1 to {MAX_ROUNDS} whole weeks."]
        return []

    def tally(self, days: Sequence[CountedDay], settings: BracketSettings, frame: Frame) -> Tally:
        """Count rounds won, then the steps of the round at hand (for a champion: the last)."""
        del settings
        number = min(frame.rounds_won, rounds_in(frame) - 1)
        first, last = week_of(number, frame)
        steps = sum(day.counted for day in days if first <= day.date <= last)
        return Tally(frame.rounds_won, min(steps, STEPS_LIMIT - 1))

    def words(self, settings: BracketSettings) -> list[str]:
        """Say how rounds go."""
        return [
            (
                "Pairs are drawn when the first day begins; each week the one with more counted "
                "steps goes on, and at equal steps the one who was drawn first."
            ),
            (
                f"A round is decided {settings.settle_hours} hours after its last day has ended "
                "everywhere; steps that come later do not change it."
            ),
            "Your score is the number of rounds you have won.",
            "Whoever joins after the draw walks along but meets nobody.",
        ]


def rounds_in(frame: Frame) -> int:
    """Return how many rounds fit between first and last day."""
    return max(1, ((frame.ends_on - frame.starts_on).days + 1) // WEEK_DAYS)


def week_of(number: int, frame: Frame) -> tuple[date, date]:
    """Return first and last local day of a round."""
    first = frame.starts_on + timedelta(days=WEEK_DAYS * number)
    return first, first + timedelta(days=WEEK_DAYS - 1)


def drawn(entrants: Iterable[int], lot: str) -> list[int]:
    """Return the entrants in an order that nobody chose and anybody can check.

    The order is that of the SHA-256 of ``lot:entrant``.
    """
    return sorted(entrants, key=lambda one: hashlib.sha256(f"{lot}:{one}".encode()).hexdigest())


def pairs(entrants: Sequence[int]) -> list[tuple[int, int | None]]:
    """Pair neighbours; with an odd number the last one meets nobody and goes on."""
    alone: list[int | None] = [*entrants[1::2], *([None] if len(entrants) % 2 else [])]
    return list(zip(entrants[::2], alone, strict=True))


KIND = Bracket()
