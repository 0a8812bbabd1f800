"""A person's own days in a challenge."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from challenges.kind import CountedDay
from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant, ScoredDay, ZoneRule
from challenges.phases import DayStatus, day_status
from challenges.worth import Worth, counts_on, left_out
from users.models import User


@dataclass(frozen=True, slots=True)
class ProgressDay:
    """One local day: ``steps`` is None while nothing is known of it, which is not zero.

    ``capped`` says that more was walked than the daily maximum. ``goal_met`` is None where days
    have no goal, ``points`` is what the day is worth by itself. ``typed`` are hand-typed steps of
    the day, ``converted`` those that come from entered activities, ``left_out`` steps that do not
    count, by reason.
    """

    date: date
    steps: int | None
    counted: int
    capped: bool
    goal_met: bool | None
    points: int
    typed: int
    converted: int
    left_out: dict[str, int]
    status: DayStatus


def progress(participant: Participant, person: User, *, now: datetime) -> list[ProgressDay]:
    """Return the days of the challenge up to today where the person is, oldest first."""
    challenge = participant.challenge
    zone = _zone(challenge, person)
    last = min(challenge.ends_on, now.astimezone(zone).date())
    scored = {row.date: row for row in ScoredDay.objects.filter(participant=participant)}
    days = [
        challenge.starts_on + timedelta(days=n)
        for n in range((last - challenge.starts_on).days + 1)
    ]
    return [
        _line(
            participant,
            day,
            scored.get(day),
            day_status(day=day, zone=zone, calendar=challenge, now=now),
        )
        for day in days
    ]


def _zone(challenge: Challenge, person: User) -> ZoneInfo:
    """Return whose midnights part the days."""
    organization = challenge.zone_rule == ZoneRule.ORGANIZATION
    return ZoneInfo(challenge.organization.timezone) if organization else person.zone


def _line(
    participant: Participant, day: date, row: ScoredDay | None, status: DayStatus
) -> ProgressDay:
    challenge = participant.challenge
    kind = kind_of(challenge.kind)
    known = Worth(row.steps, row.counted, row.typed, row.converted) if row else Worth(0, 0)
    counting = counts_on(day, participant.counts_from)
    reasons = left_out(known, challenge, counting=counting)
    points = kind.day_points(CountedDay(day, known.counted), kind.settings(challenge.settings))
    return ProgressDay(
        date=day,
        steps=known.steps if row else None,
        counted=known.counted,
        capped="over_cap" in reasons,
        goal_met=points.goal_met,
        points=points.points,
        typed=known.typed,
        converted=known.converted,
        left_out=reasons,
        status=status,
    )
