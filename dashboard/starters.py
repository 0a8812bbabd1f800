"""What a new challenge can start from: templates, as data. Pure.

A starter is a plan with its length in days; the dates come from the day of looking.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

ONE_DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A template: ``days`` None is a challenge without a last day; ``plan`` are more fields."""

    slug: str
    title: str
    about: str
    kind: str
    days: int | None = 4 * WEEK
    teams: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)


USUAL: Mapping[str, Any] = {
    "description": "",
    "grace_hours": 48,
    "daily_cap": None,
    "minimum_day": 0,
    "manual_policy": "exclude",
    "manual_limit": None,
    "zone_rule": "own_days",
    "providers": [],
    "late_joiners": "from_start",
    "conversions": "",
    "team_rules": {},
}
BLANK = Starter(
    slug="", title="Blank", about="Most steps wins; decide the rest yourself.", kind="most_steps"
)
COAST = (
    {"at": 0, "name": "Lisbon"},
    {"at": 30_000, "name": "Sintra and Cascais"},
    {"at": 95_000, "name": "Peniche"},
    {"at": 135_000, "name": "Nazaré"},
    {"at": 210_000, "name": "Coimbra"},
    {"at": 270_000, "name": "Aveiro"},
    {"at": 340_000, "name": "Porto"},
)
TOGETHER = (
    {"at": 10_000_000, "name": "A quarter of the world"},
    {"at": 20_000_000, "name": "Half way round"},
    {"at": 30_000_000, "name": "The home stretch"},
)
STARTERS: Mapping[str, Starter] = {
    each.slug: each
    for each in (
        Starter(
            slug="team-weeks",
            title="Four weeks in teams",
            about="Teams are compared by the average of their members, so size is no advantage.",
            kind="most_steps",
            teams=True,
            plan={
                "name": "Four weeks in teams",
                "daily_cap": 30_000,
                "team_rules": {"mode": "average_all"},
            },
        ),
        Starter(
            slug="personal-300000",
            title="300,000 steps each",
            about="One total for all in 30 days; those who do share first place.",
            kind="personal_total",
            days=30,
            settings={"target": 300_000, "rank_by": "reached"},
            plan={"name": "300,000 steps", "daily_cap": 40_000},
        ),
        Starter(
            slug="daily-streak",
            title="A streak of 8,000 a day",
            about="What counts is how many days in a row meet the goal, not who walks the most.",
            kind="daily_goal",
            days=3 * WEEK,
            settings={"goal": 8_000, "count": "streak"},
            plan={"name": "Every day counts"},
        ),
        Starter(
            slug="walk-to-porto",
            title="Walk to a city",
            about="A route of 340 km along the coast from Lisbon to Porto, with places on the way.",
            kind="journey",
            days=6 * WEEK,
            settings={"length": 340_000, "unit": "metres", "stride_cm": 76, "waypoints": [*COAST]},
            plan={"name": "Walk from Lisbon to Porto", "daily_cap": 40_000},
        ),
        Starter(
            slug="head-to-head",
            title="Head to head",
            about="Pairs meet week by week and winners go on; four weeks are four rounds.",
            kind="bracket",
            settings={"settle_hours": 12},
            plan={"name": "Head to head", "late_joiners": "from_joining"},
        ),
        Starter(
            slug="goal-together",
            title="One goal for the company",
            about="All steps go into one goal, with milestones; nobody has to be compared.",
            kind="collective_goal",
            days=8 * WEEK,
            settings={"target": 40_000_000, "milestones": [*TOGETHER]},
            plan={"name": "Around the world together", "conversions": "activities-1"},
        ),
        Starter(
            slug="race",
            title="Race to half a million",
            about="Whoever first has 500,000 steps wins. It ends then, or when you close it.",
            kind="race",
            days=None,
            settings={"target": 500_000},
            plan={"name": "Race to 500,000", "daily_cap": 40_000},
        ),
    )
}


def plan_of(starter: Starter, today: date) -> dict[str, Any]:
    """Return the whole plan, from the next Monday; ``ends_on`` None has no last day."""
    monday = next_monday(today)
    last = None if starter.days is None else monday + starter.days * ONE_DAY - ONE_DAY
    facts = {"kind": starter.kind, "settings": dict(starter.settings)}
    return {**USUAL, **starter.plan, **facts, "starts_on": monday, "ends_on": last}


def plan_again(before: Mapping[str, Any], *, last: date | None, today: date) -> dict[str, Any]:
    """Return the plan of an earlier challenge, as long as before, from the next Monday.

    ``last`` is its last day, None where it has none.
    """
    monday = next_monday(today)
    length = last - before["starts_on"] if last else None
    return {**before, "starts_on": monday, "ends_on": None if length is None else monday + length}


def next_monday(today: date) -> date:
    """Return the Monday after ``today``."""
    return today + timedelta(days=WEEK - today.weekday())
