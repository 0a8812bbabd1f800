"""Everybody together reaches one goal, with milestones on the way. Pure."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from challenges.kind import Frame, Kind, Settings


class Milestone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point on the way, in steps from the start, and what it is called."""

    at: Annotated[int, Meta(ge=1)]
    name: Annotated[str, Meta(min_length=1, max_length=80)]


class CollectiveGoalSettings(Settings, frozen=True):
    """``target`` in steps of everybody together; ``milestones`` in rising order."""

    target: Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
    milestones: Annotated[tuple[Milestone, ...], Meta(max_length=50)] = ()


class CollectiveGoal(Kind[CollectiveGoalSettings]):
    """The score is what somebody has given; the goal is everybody's."""

    slug = "collective_goal"
    title = "One goal together"
    settings_type = CollectiveGoalSettings
    shared = True

    def problems(self, settings: CollectiveGoalSettings, frame: Frame) -> list[str]:
        """Milestones lie in order and before the target."""
        del frame
        places = [milestone.at for milestone in settings.milestones]
        if places != sorted(set(places)) or any(place > settings.target for place in places):
            return ["Milestones have to rise and must not lie behind the target."]
        return []

    def words(self, settings: CollectiveGoalSettings) -> list[str]:
        """Name the goal and the milestones."""
        goal = f"Together we walk {settings.target:,} steps; your score is what you have given."
        named = [f"{one.name} at {one.at:,}" for one in settings.milestones]
        return [goal, *([f"On the way: {', '.join(named)}."] if named else [])]

    def outlook(self, steps: int, settings: CollectiveGoalSettings) -> dict[str, Any]:
        """Return how far everybody's ``steps`` reach."""
        return {
            "target": settings.target,
            "percent": 100 * steps // settings.target,
            "remaining": max(0, settings.target - steps),
            "reached": steps >= settings.target,
            "milestones": [
                {"at": one.at, "name": one.name, "reached": steps >= one.at}
                for one in settings.milestones
            ],
        }


KIND = CollectiveGoal()
