"""Celery's ways in: keyword-only ids, the clock, one call each."""

import uuid
from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from integrations import connections
from sync import claims, dispatch, retention, runner

CLAIM_BATCH = 200
OPEN_FOR_LONG = timedelta(seconds=10)
HEARTBEAT_KEY = "worker-heartbeat"


@shared_task
def poll_due(**_: object) -> int:
    """Claim what is due and hand it to the sync workers; returns how many."""
    run_ids = claims.claim_due(now=timezone.now(), limit=CLAIM_BATCH)
    for run_id in run_ids:
        run_claimed.delay(run_id=str(run_id))
    return len(run_ids)


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
        waiting = claims.waiting_run_of(connection_id=done.connection_id)
        if waiting is not None:
            dispatch.wake(run_id=waiting.pk, trigger=waiting.trigger)


@shared_task
def redispatch_queued(**_: object) -> int:
    """Wake runs whose message was lost: the table knows what is open, the queue only hints."""
    forgotten = claims.forgotten(now=timezone.now(), older_than=OPEN_FOR_LONG, limit=CLAIM_BATCH)
    for run_id, trigger in forgotten:
        dispatch.wake(run_id=run_id, trigger=trigger)
    return len(forgotten)


@shared_task
def revoke_pending(**_: object) -> int:
    """Revoke at the provider what people have disconnected here."""
    return connections.revoke_pending(now=timezone.now(), limit=50)


@shared_task
def forget_old_runs(**_: object) -> int:
    """Drop the history of attempts after 90 days."""
    return retention.drop_old(now=timezone.now())


@shared_task
def heartbeat(**_: object) -> None:
    """Leave a mark that beat and a worker are alive (read by /readyz)."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=600)
