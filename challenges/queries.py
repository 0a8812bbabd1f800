"""What the staff's pages read: counts and sums as they are.

How small a group may be shown is for those pages to decide.
"""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from challenges.models import Challenge, Participant, ScoredDay
from users.models import Organization


@dataclass(frozen=True, slots=True)
class Participation:
    """How many take part: now, with any scored day, and those who left."""

    active: int
    with_steps: int
    left: int


def challenges_of(organization: Organization) -> QuerySet[Challenge]:
    """Return all challenges of the organization, drafts too, newest start first."""
    return Challenge.objects.filter(organization=organization).order_by("-starts_on", "id")


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
