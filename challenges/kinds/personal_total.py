"""Everybody tries to reach the same total. Pure."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta

from challenges.kind import CountedDay, Frame, Kind, Settings, Tally, earlier_is_better, reached_on

DAYS_LIMIT = 1000


class PersonalTotalSettings(Settings, frozen=True):
    """``target`` in steps. ``rank_by`` decides among those who have reached it.

    ``reached``: they share the first rank. ``when``: the earlier local day is ahead. ``percent``:
    who goes on beyond the target is further ahead.
    """

    target: Annotated[int, Meta(ge=1, le=100_000_000)]
    rank_by: Literal["reached", "when", "percent"] = "reached"


_RANKING = {
    "reached": "Everybody who reaches the target shares the first place.",
    "when": "Of those who reach the target, whoever does so on an earlier day is ahead.",
    "percent": "Steps beyond the target count as well: the highest percentage is ahead.",
}


class PersonalTotal(Kind[PersonalTotalSettings]):
    """The score is the sum of counted steps, up to the target unless percentages are ranked."""

    slug = "personal_total"
    title = "Reach a total"
    settings_type = PersonalTotalSettings
    additive = False
    tie_limit = DAYS_LIMIT

    def tally(
        self, days: Sequence[CountedDay], settings: PersonalTotalSettings, frame: Frame
    ) -> Tally:
        """Sum up, stop at the target, and remember how soon it was reached."""
        total = sum(day.counted for day in days)
        if settings.rank_by == "percent":
            return Tally(total)
        if settings.rank_by == "reached":
            return Tally(min(total, settings.target))
        day = reached_on(days, settings.target)
        return Tally(min(total, settings.target), earlier_is_better(day, frame, DAYS_LIMIT))

    def words(self, settings: PersonalTotalSettings) -> list[str]:
        """Name the target and the ranking."""
        return [
            f"The target is {settings.target:,} steps in all; your score is how far you have come.",
            _RANKING[settings.rank_by],
        ]

    def outlook(self, steps: int, settings: PersonalTotalSettings) -> dict[str, Any]:
        """Return the way to the target."""
        return {
            "target": settings.target,
            "percent": 100 * steps // settings.target,
            "remaining": max(0, settings.target - steps),
            "reached": steps >= settings.target,
        }


KIND = PersonalTotal()
