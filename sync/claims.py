"""Who works on what: due connections are claimed, runs are opened, joined and taken."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from sync.models import Run

CLAIM_LEASE = timedelta(minutes=3)
RUN_LEASE = timedelta(seconds=60)
LONGEST_RUN_LEASE = timedelta(minutes=5)
WAKE_AGAIN = timedelta(minutes=1)
RunState, Trigger = Run.State, Run.Trigger
OPEN = [RunState.QUEUED, RunState.RUNNING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A run that will bring the connection up to date; ``joined`` when somebody else opened it."""

    run: Run
    joined: bool


_CLAIM = """
    WITH due AS (
        SELECT connection_id FROM sync_schedule
        WHERE next_sync_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
        ORDER BY next_sync_at LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE sync_schedule schedule SET lease_until = %(lease)s
        FROM due WHERE schedule.connection_id = due.connection_id
        RETURNING schedule.connection_id
    ), opened AS (
        INSERT INTO sync_run (id, connection_id, trigger, state, cause, detail, days_changed,
                              changed_days, attempt, requested_at)
        SELECT gen_random_uuid(), connection_id, 'poll', 'queued', '', '', 0, '[]', 0, %(now)s
        FROM leased
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT id FROM opened
    UNION ALL
    SELECT run.id FROM sync_run run JOIN leased USING (connection_id) WHERE run.state = 'queued'
"""


def claim_due(*, now: datetime, limit: int) -> list[uuid.UUID]:
    """Lease up to ``limit`` due connections and open a run for each; returns the runs' ids.

    One statement. Rows that another poller holds are passed over, so two pollers never claim the
    same one; a connection whose run still waits keeps just that.
    """
    values: dict[str, Any] = {"now": now, "lease": now + CLAIM_LEASE, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [row[0] for row in cursor.fetchall()]


def open_or_join(*, connection_id: uuid.UUID, trigger: str, now: datetime) -> Opened:
    """Join the connection's open run, or open one. At most one waits and one runs."""
    while True:
        open_run = _open_run(connection_id)
        if open_run is not None:
            return Opened(run=open_run, joined=True)
        run = _queued(connection_id, trigger, now)
        if _inserted(run):
            return Opened(run=run, joined=False)


def _inserted(run: Run) -> bool:
    """Try to be the one who opens; False when somebody else was quicker, who may be done again."""
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _open_run(connection_id: uuid.UUID) -> Run | None:
    return Run.objects.filter(connection=connection_id, state__in=OPEN).first()


def _queued(connection_id: uuid.UUID, trigger: str, now: datetime) -> Run:
    return Run(
        connection_id=connection_id, trigger=trigger, state=RunState.QUEUED, requested_at=now
    )


def take(*, run_id: uuid.UUID, now: datetime) -> Run | None:
    """Start a queued run, or take over a running one whose lease has ended.

    Returns None when there is nothing to do: the run is finished, being worked on, or another run
    of the same connection is running (whose end dispatches this one).
    """
    try:
        with transaction.atomic():
            return _taken(run_id, now)
    except IntegrityError:
        return None


def _taken(run_id: uuid.UUID, now: datetime) -> Run | None:
    """Mark the run as ours; each further attempt gets a longer lease, for a slow provider."""
    rows = _takeable(now).filter(pk=run_id).select_related("connection__person")
    run = rows.select_for_update(of=("self",), no_key=True).first()
    if run is not None:
        run.state, run.started_at, run.attempt = RunState.RUNNING, now, run.attempt + 1
        run.lease_until = now + min(RUN_LEASE * run.attempt, LONGEST_RUN_LEASE)
        run.save(update_fields=["state", "started_at", "attempt", "lease_until"])
    return run


def _takeable(now: datetime) -> models.QuerySet[Run]:
    return Run.objects.filter(
        Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=now)
    )


def still_mine(run: Run) -> bool:
    """Lock the run's row and say whether nobody has taken it over since (call in a transaction)."""
    return (
        Run.objects.select_for_update(no_key=True)
        .filter(pk=run.pk, state=RunState.RUNNING, attempt=run.attempt)
        .exists()
    )


@transaction.atomic
def forgotten(*, now: datetime, older_than: timedelta, limit: int) -> list[tuple[uuid.UUID, str]]:
    """Return open runs nobody seems to work on (id, trigger), to be woken again.

    Each is returned once a minute at most: a long queue must not be made longer.
    """
    quiet = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = (
        Run.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(quiet, state__in=OPEN, requested_at__lt=now - older_than)
        .order_by("requested_at")[:limit]
    )
    found = [(run.pk, run.trigger) for run in rows]
    waiting = Run.objects.filter(pk__in=[pk for pk, _ in found], state=RunState.QUEUED)
    waiting.update(lease_until=now + WAKE_AGAIN)
    return found


def waiting_run_of(*, connection_id: uuid.UUID) -> Run | None:
    """Return the run that waits behind the one that has just ended, if any."""
    return Run.objects.filter(connection=connection_id, state=RunState.QUEUED).first()
