"""A person's own days in a challenge."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from challenges.models import Participant, ScoredDay
from challenges.phases import DayStatus, day_status
from users.models import User


@dataclass(frozen=True, slots=True)
class ProgressDay:
    """One local day: ``steps`` is None while nothing is known of it, which is not zero.

    ``capped`` says that more was walked than counts. ``goal_met`` is None because a challenge for
    the most steps has no daily goal; its ``points`` are the counted steps.
    """

    date: date
    steps: int | None
    counted: int
    capped: bool
    goal_met: bool | None
    points: int
    status: DayStatus


def progress(participant: Participant, person: User, *, now: datetime) -> list[ProgressDay]:
    """Return the days of the challenge up to today where the person is, oldest first."""
    challenge = participant.challenge
    last = min(challenge.ends_on, now.astimezone(person.zone).date())
    scored = {row.date: row for row in ScoredDay.objects.filter(participant=participant)}
    days = [
        challenge.starts_on + timedelta(days=n)
        for n in range((last - challenge.starts_on).days + 1)
    ]
    return [
        _line(
            day,
            scored.get(day),
            day_status(day=day, zone=person.zone, calendar=challenge, now=now),
        )
        for day in days
    ]


def _line(day: date, row: ScoredDay | None, status: DayStatus) -> ProgressDay:
    counted = row.counted if row else 0
    return ProgressDay(
        date=day,
        steps=row.steps if row else None,
        counted=counted,
        capped=row is not None and row.counted < row.steps,
        goal_met=None,
        points=counted,
        status=status,
    )
