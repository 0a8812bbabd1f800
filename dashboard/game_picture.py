"""What is special to a challenge's kind: a route, a common goal, how many reached theirs."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant
from challenges.outlook import outlook
from dashboard.journey_map import JourneyMap, journey_map


@dataclass(frozen=True, slots=True)
class CommonGoal:
    """How far everybody together has come. ``steps`` None: it would tell about too few people."""

    target: int
    percent: int
    steps: int | None
    remaining: int | None
    milestones: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of those who show themselves have reached the goal of ``target`` steps."""

    target: int
    people: int
    everybody: int


@dataclass(frozen=True, slots=True)
class Picture:
    """At most one of them is there, by the kind; ``paired`` kinds have rounds instead."""

    journey: JourneyMap | None = None
    unit: str = ""
    common: CommonGoal | None = None
    reached: Reached | None = None
    paired: bool = False


def picture_of(challenge: Challenge) -> Picture:
    """Return what to draw; only those who show themselves are counted one by one."""
    kind, stored = kind_of(challenge.kind), challenge.settings
    if kind.paired:
        return Picture(paired=True)
    if kind.shared:
        return Picture(common=_common(challenge))
    if "length" in stored:
        ways = list(_shown(challenge).values_list("score", flat=True))
        drawn = journey_map(stored["length"], stored.get("waypoints", ()), ways)
        return Picture(journey=drawn, unit=kind.unit_of(kind.settings(stored)))
    return Picture(reached=_reached(challenge)) if "target" in stored else Picture()


def _shown(challenge: Challenge) -> QuerySet[Participant]:
    return Participant.objects.filter(challenge=challenge, left_at=None, hidden=False)


def _common(challenge: Challenge) -> CommonGoal:
    found = outlook(challenge, None)
    goal, told = found.goal, _may_be_told(challenge)
    return CommonGoal(
        target=goal["target"],
        percent=goal["percent"],
        steps=found.steps if told else None,
        remaining=goal["remaining"] if told else None,
        milestones=goal["milestones"],
    )


def _may_be_told(challenge: Challenge) -> bool:
    """An exact total less everybody on the leaderboard is what those who hide have walked."""
    hidden = Participant.objects.filter(challenge=challenge, left_at=None, hidden=True).count()
    return hidden == 0 or hidden >= challenge.organization.minimum_group_size


def _reached(challenge: Challenge) -> Reached:
    target = challenge.settings["target"]
    there = Q(score__gte=target)
    found = _shown(challenge).aggregate(people=Count("pk", filter=there), everybody=Count("pk"))
    return Reached(target, found["people"], found["everybody"])
