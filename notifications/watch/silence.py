"""People in a running challenge from whom nothing has been heard for two days."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from challenges.models import Challenge, Participant
from challenges.open_challenges import live_challenges
from notifications.kinds import Kind
from notifications.telling import News, tell
from notifications.watch.phases import facts_of
from steps.models import Freshness
from users.instants import rfc3339

SILENT_AFTER = timedelta(days=2)
# Whoever stayed away for so long has been told and does not want to be told every challenge.
GIVEN_UP_AFTER = timedelta(days=30)
AT_ONCE = 1000


def watch(*, now: datetime) -> int:
    """Tell who has fallen silent, once per silence; returns how many are told."""
    today = now.date()
    running = (row for row in live_challenges(now) if row.starts_on <= today <= row.ends_on)
    return sum(_tell(challenge, now) for challenge in running)


def _tell(challenge: Challenge, now: datetime) -> int:
    silent = _silent(challenge, now)
    told = 0
    for start in range(0, len(silent), AT_ONCE):
        told += tell(list(_news(challenge, silent[start : start + AT_ONCE])), now=now)
    return told


def _silent(challenge: Challenge, now: datetime) -> list[Freshness]:
    people = Participant.objects.filter(challenge=challenge, left_at=None).values("person_id")
    long_ago = (now - GIVEN_UP_AFTER, now - SILENT_AFTER)
    quiet = Q(confirmed_at__range=long_ago)
    rows = Freshness.objects.filter(quiet, person__in=people).order_by("person_id")
    return list(rows)


def _news(challenge: Challenge, rows: Iterable[Freshness]) -> Iterable[News]:
    """One silence is one message, also for somebody who takes part in two challenges."""
    for row in rows:
        assert row.confirmed_at is not None
        since = rfc3339(row.confirmed_at)
        yield News(
            person_id=row.person_id,
            kind=Kind.NOT_SYNCED,
            key=f"not_synced:{since}",
            challenge_id=challenge.pk,
            facts=facts_of(challenge) | {"since": since},
        )
