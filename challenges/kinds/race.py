"""First to a total; it goes on until somebody has arrived, or staff close it. Pure."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from challenges.kind import (
    CountedDay,
    Finish,
    Frame,
    Kind,
    Settings,
    Tally,
    earlier_is_better,
    reached_on,
)

# Days until the last date that a challenge can have are fewer.
DAYS_LIMIT = 100_000


class RaceSettings(Settings, frozen=True):
    """``target`` in steps.

    Without a last day the race closes when ``finishers`` have arrived; 0 leaves it to staff.
    """

    target: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    finishers: Annotated[int, Meta(ge=0, le=1_000_000)] = 1


class Race(Kind[RaceSettings]):
    """The score is the way to the target; who arrived on an earlier local day is ahead."""

    slug = "race"
    title = "Race to a total"
    settings_type = RaceSettings
    additive = False
    tie_limit = DAYS_LIMIT
    open_end = True

    def tally(self, days: Sequence[CountedDay], settings: RaceSettings, frame: Frame) -> Tally:
        """Sum up to the target and remember the day of arrival."""
        total = sum(day.counted for day in days)
        arrived = reached_on(days, settings.target)
        return Tally(min(total, settings.target), earlier_is_better(arrived, frame, DAYS_LIMIT))

    def words(self, settings: RaceSettings) -> list[str]:
        """Name the target and who wins."""
        return [
            f"Whoever first has {settings.target:,} counted steps wins.",
            "Arrivals are compared by the local day; who arrives on the same day shares a rank.",
        ]

    def until(self, settings: RaceSettings) -> str:
        """Name how many have to arrive."""
        by_staff = super().until(settings)
        if not settings.finishers:
            return by_staff
        some = f"{settings.finishers:,} people have" if settings.finishers > 1 else "somebody has"
        return f"{some} arrived or {by_staff}"

    def decided_by(self, settings: RaceSettings) -> Finish | None:
        """Return how many have to have the whole target."""
        return Finish(settings.target, settings.finishers) if settings.finishers else None

    def outlook(self, steps: int, settings: RaceSettings) -> dict[str, Any]:
        """Return the way to the target."""
        return {
            "target": settings.target,
            "percent": min(100, 100 * steps // settings.target),
            "remaining": max(0, settings.target - steps),
            "reached": steps >= settings.target,
        }


KIND = Race()
