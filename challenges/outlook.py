"""Where somebody, or everybody together, stands on the way to a challenge's goal."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant, ScoredDay


@dataclass(frozen=True, slots=True)
class Outlook:
    """``steps`` are counted ones; ``goal`` is the kind's own data, empty where it has no goal."""

    of: str
    steps: int
    goal: dict[str, Any]


def outlook(challenge: Challenge, own: Participant | None) -> Outlook:
    """Return everybody's outlook where the goal is shared, else the participant's own.

    Counted steps of people who have left are not part of what everybody has walked.
    """
    kind = kind_of(challenge.kind)
    if kind.shared:
        active = Participant.objects.filter(challenge=challenge, left_at=None)
        steps = active.aggregate(sum=Sum("score"))["sum"]
    else:
        rows = ScoredDay.objects.filter(participant=own) if own else ScoredDay.objects.none()
        steps = rows.aggregate(sum=Sum("counted"))["sum"]
    counted = int(steps or 0)
    goal = kind.outlook(counted, kind.settings(challenge.settings))
    return Outlook("everybody" if kind.shared else "me", counted, goal)
