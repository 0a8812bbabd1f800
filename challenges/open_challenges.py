"""Which challenges are at what point of their life, for what runs by itself."""

from datetime import datetime

from django.db.models import Q

from challenges.models import Challenge
from challenges.phases import LONGEST_TAIL, State, is_open, state_of


def open_challenges(now: datetime) -> list[Challenge]:
    """Return the published challenges whose scores may still change."""
    lately = Q(ends_on__gte=(now - LONGEST_TAIL).date()) | Q(open_until__gt=now)
    recent = Challenge.objects.filter(lately, published_at__isnull=False, frozen_at=None)
    found = recent.select_related("organization").order_by("starts_on", "id")
    return [challenge for challenge in found if is_open(challenge, now)]


def live_challenges(now: datetime) -> list[Challenge]:
    """Return the challenges that are live somewhere."""
    return [one for one in open_challenges(now) if state_of(one, now) is State.LIVE]


def to_be_frozen(now: datetime) -> list[Challenge]:
    """Return the challenges whose time is over and whose result is not frozen yet."""
    waiting = Challenge.objects.filter(
        published_at__isnull=False, frozen_at=None, ends_on__lt=now.date()
    )
    return [one for one in waiting.order_by("ends_on", "id") if state_of(one, now) is State.FINAL]
