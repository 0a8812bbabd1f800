"""A goal for every day: how many days, or how many in a row. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta

from challenges.kind import CountedDay, DayPoints, Frame, Kind, Settings, Tally

STEPS_LIMIT = 1_000_000_000
ONE_DAY = timedelta(days=1)


class DailyGoalSettings(Settings, frozen=True):
    """``goal`` in steps of one local day.

    ``count``: ``days`` counts every day that meets the goal, ``streak`` the longest row of them.
    """

    goal: Annotated[int, Meta(ge=1, le=200_000)]
    count: Literal["days", "streak"] = "days"


class DailyGoal(Kind[DailyGoalSettings]):
    """The score is a number of days; the sum of counted steps breaks ties."""

    slug = "daily_goal"
    title = "Daily goal"
    settings_type = DailyGoalSettings
    unit = "days"
    additive = False
    tie_limit = STEPS_LIMIT
    ties_by_steps = True

    def tally(self, days: Sequence[CountedDay], settings: DailyGoalSettings, frame: Frame) -> Tally:
        """Count the days that meet the goal, or the longest row of them."""
        del frame
        met = [day.date for day in days if day.counted >= settings.goal]
        score = len(met) if settings.count == "days" else longest_row(met)
        return Tally(score, min(sum(day.counted for day in days), STEPS_LIMIT - 1))

    def day_points(self, day: CountedDay, settings: DailyGoalSettings) -> DayPoints:
        """Give one point to a day that meets the goal."""
        met = day.counted >= settings.goal
        return DayPoints(met, int(met))

    def words(self, settings: DailyGoalSettings) -> list[str]:
        """Name the goal and what is counted."""
        days = f"Your score is the number of days with at least {settings.goal:,} counted steps."
        row = f"Your score is your longest row of days with {settings.goal:,} counted steps each."
        return [
            days if settings.count == "days" else row,
            "More steps on such a day add no days; among equal scores the most steps are ahead.",
        ]

    def scoring(self, settings: DailyGoalSettings) -> str:
        """Name what is counted."""
        return f"daily_goal_{settings.count}"

    def outlook(self, steps: int, settings: DailyGoalSettings) -> dict[str, Any]:
        """Return the goal of a day."""
        del steps
        return {"daily_goal": settings.goal, "count": settings.count}


def longest_row(days: Sequence[date]) -> int:
    """Return the length of the longest run of neighbouring days; a missing day ends a run."""
    longest = current = 0
    before: date | None = None
    for day in days:
        current = current + 1 if before is not None and day - before == ONE_DAY else 1
        longest, before = max(longest, current), day
    return longest


KIND = DailyGoal()
