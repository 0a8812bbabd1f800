"""How long raw samples and the history of attempts, exports and sessions are kept."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from integrations.models import OAuthAttempt
from steps import history as steps_history
from steps import old_reports
from steps import retention as steps_retention
from sync import exports
from sync.models import Run, SyncRequest
from sync.watch import alarms
from sync.webhooks import inbox
from users import binary

KEEP = timedelta(days=90)
KEEP_QUIET_POLLS = timedelta(days=7)
BATCH = 5000


def fold_old_samples(*, now: datetime, limit: int) -> int:
    """Fold raw samples of settled days, a person per transaction; returns the days folded."""
    people = steps_retention.due(now=now, limit=limit)
    return sum(steps_retention.fold_person(person_id=person_id, now=now) for person_id in people)


def drop_old(*, now: datetime) -> int:
    """Delete finished runs and requests older than 90 days; returns the number of runs.

    Polls that found nothing new and exports go after a week, consent walks after a day, sessions
    when they have ended, webhooks as their inbox says.
    """
    SyncRequest.objects.filter(created_at__lt=now - KEEP).delete()
    OAuthAttempt.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    exports.drop_old(now=now)
    inbox.drop_old(now=now)
    alarms.drop_old(now=now)
    steps_retention.drop_guards(now=now)
    _drop_quiet_polls(now)
    deleted, _ = Run.objects.filter(requested_at__lt=now - KEEP, finished_at__isnull=False).delete()
    return deleted


def drop_old_reports(*, now: datetime) -> int:
    """Delete old lines of history, then old reports that nothing names; returns how many reports.

    A part of it every hour: a task that runs for longer than three minutes is delivered again.
    """
    steps_history.drop_old(now=now)
    return old_reports.drop_old(now=now)


_DROP_QUIET = """
    DELETE FROM sync_run WHERE id IN (
        SELECT id FROM sync_run run
        WHERE requested_at < %s AND trigger = 'poll' AND state = 'done' AND days_changed = 0
          AND detail = '' AND NOT EXISTS (SELECT FROM sync_syncrequestline WHERE run_id = run.id)
        LIMIT %s
    ) RETURNING 1
"""


def _drop_quiet_polls(now: datetime) -> None:
    """Drop polls that found nothing new: nearly all there are, and nobody asks for them later."""
    while len(binary.rows(_DROP_QUIET, [now - KEEP_QUIET_POLLS, BATCH])) == BATCH:
        pass
