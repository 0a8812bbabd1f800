"""Tells one thing to everybody in a challenge, a thousand at a time, once whatever breaks."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from challenges.models import Challenge, Participant
from notifications import marks
from notifications.telling import News, tell

AT_ONCE = 1000
Writer = Callable[[Sequence[Participant]], list[News]]


def tell_everybody(
    challenge: Challenge, *, name: str, write: Writer, now: datetime, who: Q | None = None
) -> int:
    """Tell participants (those of ``who``) what ``write`` says; returns how many are told newly.

    ``name`` marks how far it has come.
    """
    rows = Participant.objects.filter(who or Q(), challenge=challenge, left_at=None)
    told = 0
    while (place := marks.place_of(name)) != marks.DONE:
        told += _next(rows.filter(pk__gt=place).order_by("pk"), name, write, now)
    return told


@transaction.atomic
def _next(rows: QuerySet[Participant], name: str, write: Writer, now: datetime) -> int:
    batch = list(rows[:AT_ONCE])
    marks.advance(name, batch[-1].pk if batch else marks.DONE, now=now)
    return tell(write(batch), now=now) if batch else 0
