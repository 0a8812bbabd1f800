"""Who works on what: due connections are claimed, runs are opened, joined and taken."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from sync.models import Run, Schedule

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


@transaction.atomic
def claim_due(*, now: datetime, limit: int) -> list[uuid.UUID]:
    """Lease up to ``limit`` due connections and open a run for each; returns the runs' ids.

    Rows that another poller holds are passed over, so two pollers never claim the same one.
    """
    due = (
        Schedule.objects.select_for_update(skip_locked=True)
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), next_sync_at__lte=now)
        .order_by("next_sync_at")[:limit]
    )
    claimed = [schedule.connection_id for schedule in due]
    Schedule.objects.filter(pk__in=claimed).update(lease_until=now + CLAIM_LEASE)
    return _open_polls(claimed, now)


def _open_polls(connection_ids: Sequence[uuid.UUID], now: datetime) -> list[uuid.UUID]:
    """Open a run for each connection; one that has an open run keeps just that."""
    runs = [_queued(pk, Trigger.POLL, now) for pk in connection_ids]
    Run.objects.bulk_create(runs, ignore_conflicts=True)
    stored = Run.objects.filter(connection__in=connection_ids, state=RunState.QUEUED)
    return list(stored.values_list("pk", flat=True))


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
