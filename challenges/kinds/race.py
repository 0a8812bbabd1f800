"""First to a total; it goes on until staff close it. Pure."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from challenges.kind import CountedDay, Frame, Kind, Settings, Tally, earlier_is_better, reached_on

# Days until the last date that a challenge can have are fewer.
DAYS_LIMIT = 100_000


class RaceSettings(Settings, frozen=True):
    """``target`` in steps."""

    target: Annotated[int, Meta(ge=1, le=1_000_000_000)]


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

    def outlook(self, steps: int, settings: RaceSettings) -> dict[str, Any]:
        """Return the way to the target."""
        return {
            "target": settings.target,
            "percent": min(100, 100 * steps // settings.target),
            "remaining": max(0, settings.target - steps),
            "reached": steps >= settings.target,
        }


KIND = Race()
