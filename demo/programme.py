"""The demo's challenges: one running, one over, one to come and one that is still a draft.

They are planned and joined at the instants at which staff and people would have done it, which the
operations take as an argument; nothing is written past them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from challenges import membership, planning, scoring
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
OVER = Plan(
    name="One Week Warm-up",
    description="Seven days to find out which way to the coffee machine is the longest.",
    starts=-26,
    ends=-20,
    teams=TEAMS[:4],
)
UPCOMING = Plan(
    name="Winter Lights",
    description="Short days, long walks. Be back before the lights go on.",
    starts=24,
    ends=45,
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


def close(challenge: Challenge) -> None:
    """Score a challenge that is over as of its last open hours, from the days that came since.

    The demo's past arrives all at once today; at a real site these days were there in time.
    """
    scoring.rescore(challenge_id=challenge.pk, now=_at_noon(challenge.ends_on + 2 * DAY))


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
