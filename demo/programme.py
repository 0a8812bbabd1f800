"""The demo's challenges: one running, one just over, one to come and one that is still a draft.

They are planned and joined at the instants at which staff and people would have done it, which the
operations take as an argument; nothing is written past them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from challenges import membership, planning, results, scoring
from challenges.models import Challenge, Participant
from demo.cast import TEAMS
from users.models import Organization, User

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A challenge by days from today; ``joined`` is how many people take part, None for all."""

    name: str
    description: str
    starts: int
    ends: int
    kind: str = "most_steps"
    settings: Mapping[str, Any] = field(default_factory=dict)
    teams: tuple[str, ...] = ()
    daily_cap: int | None = None
    published: bool = True
    joined: int | None = None


LIVE = Plan(
    name="Autumn Ridge Walk",
    description="Four weeks, eight teams, one ridge: together we walk the length of the Alps.",
    starts=-14,
    ends=14,
    teams=TEAMS,
    daily_cap=30_000,
)
# With three days for late steps it has become final at noon (UTC) of yesterday.
OVER = Plan(
    name="Stairs Week",
    description="Eight thousand steps on each of seven days. The lift is for parcels.",
    starts=-11,
    ends=-5,
    kind="daily_goal",
    settings={"goal": 8_000, "count": "days"},
    teams=TEAMS[:4],
)
UPCOMING = Plan(
    name="Winter Lights",
    description="From market to market along the Danube. Be back before the lights go on.",
    starts=24,
    ends=45,
    kind="journey",
    settings={
        "length": 140_000,
        "unit": "metres",
        "waypoints": [
            {"at": 40_000, "name": "Passau"},
            {"at": 95_000, "name": "Linz"},
            {"at": 140_000, "name": "Melk"},
        ],
    },
    teams=TEAMS[:6],
    daily_cap=25_000,
    joined=23,
)
DRAFT = Plan(
    name="Spring Trail",
    description="Still being discussed.",
    starts=110,
    ends=140,
    published=False,
)
BAKERY_PLAN = Plan(
    name="Daily Bread Round",
    description="Ten thousand steps before the first loaf.",
    starts=-6,
    ends=22,
)


def ensure(organization: Organization, plan: Plan, *, today: date, now: datetime) -> Challenge:
    """Return the planned challenge with its teams and everybody in it; repeating adds nothing."""
    challenge = _challenge(organization, plan, today=today, now=now)
    if plan.published:
        _fill(challenge, plan, now=_noon_before(challenge, now))
    return challenge


@transaction.atomic
def finish(organization: Organization, plan: Plan, *, today: date, now: datetime) -> Challenge:
    """Return a challenge that is over with its result frozen; repeating changes nothing.

    The demo's past arrives all at once today; at a real site these days were there in time. So it
    is made when they are there, and all at once: a frozen result does not change any more.
    """
    challenge = ensure(organization, plan, today=today, now=now)
    if challenge.frozen_at is None:
        scoring.rescore(challenge_id=challenge.pk, now=_at_noon(challenge.ends_on + 2 * DAY))
        results.finalise(challenge=challenge, now=now)
    return challenge


def _challenge(organization: Organization, plan: Plan, *, today: date, now: datetime) -> Challenge:
    planned_at = min(now, _at_noon(today + (plan.starts - 10) * DAY))
    challenge = Challenge.objects.filter(organization=organization, name=plan.name).first()
    if challenge is None:
        challenge = planning.create_draft(
            organization=organization,
            name=plan.name,
            description=plan.description,
            starts_on=today + plan.starts * DAY,
            ends_on=today + plan.ends * DAY,
            kind=plan.kind,
            settings=dict(plan.settings),
            daily_cap=plan.daily_cap,
            now=planned_at,
        )
    return planning.publish(challenge=challenge, now=planned_at) if plan.published else challenge


def _fill(challenge: Challenge, plan: Plan, *, now: datetime) -> None:
    if plan.teams and not challenge.teams.exists():
        planning.create_teams(challenge=challenge, names=plan.teams, now=now)
    teams = list(challenge.teams.order_by("name"))
    joined = set(Participant.objects.filter(challenge=challenge).values_list("person", flat=True))
    people = User.objects.filter(organization_id=challenge.organization_id).order_by("pk")
    for place, person in enumerate(people[: plan.joined]):
        if person.pk not in joined:
            team = teams[place % len(teams)] if teams else None
            membership.join(challenge=challenge, person=person, team=team, now=now)


def _noon_before(challenge: Challenge, now: datetime) -> datetime:
    return min(now, _at_noon(challenge.starts_on - 2 * DAY))


def _at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
