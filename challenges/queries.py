"""What the staff's pages read: counts and sums as they are.

How small a group may be shown is for those pages to decide.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from challenges.freshness import Freshness, freshness_of
from challenges.models import Challenge, Participant, ScoredDay
from users.models import Organization


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """Somebody who takes part, their sums and how current these are."""

    participant_id: int
    person_id: int
    name: str
    team_id: uuid.UUID | None
    team: str | None
    score: int
    steps: int
    freshness: Freshness
    confirmed_at: datetime | None
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class DailyTotal:
    """One local day over everybody who has not left: people with a number, and the sums."""

    date: date
    people: int
    steps: int
    counted: int


@dataclass(frozen=True, slots=True)
class Participation:
    """How many take part: now, with any scored day, and those who left."""

    active: int
    with_steps: int
    left: int


def challenges_of(organization: Organization) -> QuerySet[Challenge]:
    """Return all challenges of the organization, drafts too, newest start first."""
    return Challenge.objects.filter(organization=organization).order_by("-starts_on", "id")


def participants_of(challenge: Challenge) -> QuerySet[Participant]:
    """Return who has not left, best score first, with person, team and freshness at hand."""
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    return rows.select_related("team", "person__freshness").order_by("-score", "id")


def participant_rows(participants: Iterable[Participant], *, now: datetime) -> list[ParticipantRow]:
    """Describe rows of ``participants_of`` (slice it for a page)."""
    return [_row(participant, now) for participant in participants]


def participation_of(challenge: Challenge) -> Participation:
    """Count participants."""
    walked = ScoredDay.objects.filter(
        participant__challenge=challenge, participant__left_at=None
    ).aggregate(people=Count("participant", distinct=True))
    counts = Participant.objects.filter(challenge=challenge).aggregate(
        active=Count("pk", filter=Q(left_at=None)),
        left=Count("pk", filter=Q(left_at__isnull=False)),
    )
    return Participation(counts["active"], walked["people"], counts["left"])


def daily_totals(challenge: Challenge) -> list[DailyTotal]:
    """Return the days that have any number, oldest first."""
    rows = (
        ScoredDay.objects.filter(participant__challenge=challenge, participant__left_at=None)
        .values_list("date")
        .annotate(Count("pk"), Sum("steps"), Sum("counted"))
        .order_by("date")
    )
    return [
        DailyTotal(day, people, int(steps), int(counted)) for day, people, steps, counted in rows
    ]


def _row(participant: Participant, now: datetime) -> ParticipantRow:
    known = getattr(participant.person, "freshness", None)
    confirmed_at = known.confirmed_at if known else None
    return ParticipantRow(
        participant_id=participant.pk,
        person_id=participant.person_id,
        name=participant.person.display_name,
        team_id=participant.team_id,
        team=participant.team.name if participant.team else None,
        score=participant.score,
        steps=participant.steps,
        freshness=freshness_of(
            confirmed_at=confirmed_at,
            broken_since=known.broken_since if known else None,
            now=now,
        ),
        confirmed_at=confirmed_at,
        joined_at=participant.joined_at,
    )
