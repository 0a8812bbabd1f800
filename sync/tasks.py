"""Celery's ways in: keyword-only ids, the clock, one call each."""

import uuid
from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from integrations import connections
from sync import claims, dispatch, exports, polling, pulling, retention, retired, runner, sweeps

CLAIM_BATCH = 200
FOLD_BATCH = 200
OPEN_FOR_LONG = timedelta(seconds=10)
HEARTBEAT_KEY = "worker-heartbeat"


@shared_task
def poll_due(**_: object) -> int:
    """Claim all that is due, batch by batch, and hand it to the sync workers; returns how many."""
    handed = 0
    while claimed := claims.claim_due(now=timezone.now(), limit=CLAIM_BATCH):
        for part in polling.parts(claimed):
            dispatch.poll(connection_ids=part)
        handed += len(claimed)
    return handed


@shared_task
def poll_some(*, connection_ids: list[str], **_: object) -> int:
    """Poll claimed connections, one after the other."""
    ids = [uuid.UUID(each) for each in connection_ids]
    return polling.poll_some(connection_ids=ids, clock=timezone.now)


@shared_task
def sweep_closing(**_: object) -> int:
    """Have everybody read anew whose challenge comes to its end; returns how many connections."""
    return sweeps.sweep(now=timezone.now())


@shared_task
def mend_due_times(**_: object) -> int:
    """Bring back due times that a wrong clock has put too far ahead; returns how many."""
    return pulling.mend(now=timezone.now())


@shared_task
def run_claimed(*, run_id: str, **_: object) -> None:
    """Carry out a background run."""
    _carry_out(run_id)


@shared_task
def run_now(*, run_id: str, **_: object) -> None:
    """Carry out a run somebody is waiting for (its own queue and workers)."""
    _carry_out(run_id)


def _carry_out(run_id: str) -> None:
    done = runner.run(run_id=uuid.UUID(run_id), clock=timezone.now)
    if done is not None:
        polling.wake_waiting(connection_id=done.connection_id)


@shared_task
def redispatch_queued(**_: object) -> int:
    """Wake runs and exports whose message was lost: the tables know what is open."""
    now = timezone.now()
    runs = claims.forgotten(now=now, older_than=OPEN_FOR_LONG, limit=CLAIM_BATCH)
    for run_id, trigger in runs:
        dispatch.wake(run_id=run_id, trigger=trigger)
    documents = exports.forgotten(now=now)
    for export_id in documents:
        dispatch.make_export(export_id=export_id)
    return len(runs) + len(documents)


@shared_task
def make_export(*, export_id: str, **_: object) -> bool:
    """Write down everything held about a person who asked for it."""
    return exports.make(export_id=uuid.UUID(export_id), clock=timezone.now)


@shared_task
def rest_retired(**_: object) -> int:
    """Put the connections of retired providers to rest; returns how many were not yet."""
    return retired.put_to_rest(now=timezone.now())


@shared_task
def revoke_pending(**_: object) -> int:
    """Revoke at the provider what people have disconnected here."""
    return connections.revoke_pending(now=timezone.now(), limit=50)


@shared_task
def forget_old_runs(**_: object) -> int:
    """Drop the history of attempts, exports and sessions whose time is over."""
    return retention.drop_old(now=timezone.now())


@shared_task
def forget_old_reports(**_: object) -> int:
    """Drop what moved days long ago and the reports that nothing names any more."""
    return retention.drop_old_reports(now=timezone.now())


@shared_task
def fold_old_samples(**_: object) -> int:
    """Fold raw samples whose days are settled, a bounded number of people at a time."""
    return retention.fold_old_samples(now=timezone.now(), limit=FOLD_BATCH)


@shared_task
def heartbeat(**_: object) -> None:
    """Leave a mark that beat and a worker are alive (read by /readyz)."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=600)
