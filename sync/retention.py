"""How long raw samples and the history of attempts, exports and sessions are kept."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from integrations.models import OAuthAttempt
from steps import retention as steps_retention
from sync import exports
from sync.models import Run, SyncRequest

KEEP = timedelta(days=90)


def fold_old_samples(*, now: datetime, limit: int) -> int:
    """Fold raw samples of settled days, a person per transaction; returns the days folded."""
    people = steps_retention.due(now=now, limit=limit)
    return sum(steps_retention.fold_person(person_id=person_id, now=now) for person_id in people)


def drop_old(*, now: datetime) -> int:
    """Delete finished runs and requests older than 90 days; returns the number of runs.

    Exports go after a week, consent walks after a day, sessions when they have ended.
    """
    SyncRequest.objects.filter(created_at__lt=now - KEEP).delete()
    OAuthAttempt.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    exports.drop_old(now=now)
    steps_retention.drop_guards(now=now)
    deleted, _ = Run.objects.filter(finished_at__lt=now - KEEP).delete()
    return deleted
