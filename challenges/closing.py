"""Closes challenges without a last day once their own rule is fulfilled."""

from datetime import datetime

from django.db import transaction

from challenges import planning
from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant
from challenges.open_challenges import open_challenges
from challenges.phases import State, last_day, state_of


def close_decided(*, now: datetime) -> int:
    """Close what is decided, with today as the last day; return how many were closed now.

    Grace follows, so that whoever arrived on an earlier day and is heard of late still counts. What
    is corrected later opens nothing again.
    """
    endless = [one for one in open_challenges(now) if last_day(one) is None]
    return sum(close_if_decided(challenge=one, now=now) for one in endless)


@transaction.atomic
def close_if_decided(*, challenge: Challenge, now: datetime) -> bool:
    """Close the challenge if enough people have the score that decides it."""
    stored = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    kind = kind_of(stored.kind)
    finish = kind.decided_by(kind.settings(stored.settings))
    if finish is None or last_day(stored) is not None or state_of(stored, now) is not State.LIVE:
        return False
    rows = Participant.objects.filter(challenge=stored, left_at=None, score__gte=finish.score)
    arrived = rows.count()
    if arrived < finish.people:
        return False
    planning.close(challenge=stored, now=now, reason=f"arrived: {arrived}")
    return True
