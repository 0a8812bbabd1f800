"""Who works on what: due connections are claimed, runs are begun, opened, joined and taken."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from sync.models import Run
from users import binary

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
    UPDATE sync_schedule schedule SET lease_until = %s
    FROM (
        SELECT connection_id FROM sync_schedule
        WHERE next_sync_at <= %s
          AND (lease_until IS NULL OR lease_until < %s OR lease_until > %s)
        ORDER BY next_sync_at LIMIT %s
        FOR NO KEY UPDATE SKIP LOCKED
    ) due
    WHERE schedule.connection_id = due.connection_id
    RETURNING schedule.connection_id
"""


def claim_due(*, now: datetime, limit: int) -> list[uuid.UUID]:
    """Lease up to ``limit`` due connections and return their ids; begin each with ``begin``.

    Rows that another poller holds are passed over, so two pollers never claim the same one. What
    is claimed and not begun comes up again when its lease ends; a lease far longer than any that
    is given comes from a clock that has gone back since, and holds nobody.
    """
    lease, unbelievable = now + CLAIM_LEASE, now + 2 * CLAIM_LEASE
    return [row[0] for row in binary.rows(_CLAIM, [lease, now, now, unbelievable, limit])]


_RUN = ["id", "connection_id", "trigger", "state", "attempt", "requested_at", "started_at"]
_BEGIN = f"""
    WITH due AS (
        SELECT connection_id, coalesce(nullif(pulled_by, ''), 'poll') AS trigger
        FROM sync_schedule WHERE connection_id = %s AND next_sync_at <= %s
    ), joined AS (
        UPDATE sync_run SET state = 'running', started_at = %s, attempt = attempt + 1,
                            lease_until = %s
        WHERE connection_id = %s AND state = 'queued' AND EXISTS (SELECT FROM due)
        RETURNING {", ".join(_RUN)}
    ), begun AS (
        INSERT INTO sync_run (id, connection_id, trigger, state, cause, detail, days_changed,
                              changed_days, attempt, requested_at, started_at, lease_until)
        SELECT gen_random_uuid(), connection_id, trigger, 'running', '', '', 0, '[]', 1, %s, %s, %s
        FROM due WHERE NOT EXISTS (SELECT FROM joined)
        ON CONFLICT DO NOTHING
        RETURNING {", ".join(_RUN)}
    )
    SELECT * FROM joined UNION ALL SELECT * FROM begun
"""  # noqa: S608 - the columns above


def begin(*, connection_id: uuid.UUID, now: datetime) -> Run | None:
    """Begin the run of a connection that is due, or take the one that somebody waits for.

    Returns None when there is nothing to do: it is not due any more, or being worked on.
    """
    lease = now + RUN_LEASE
    due, joined, begun = [connection_id, now], [now, lease, connection_id], [now, now, lease]
    try:
        found = binary.rows(_BEGIN, [*due, *joined, *begun])
    except IntegrityError:  # another run of it is running, or it has just been erased
        return None
    return Run.from_db("default", _RUN, found[0]) if found else None


def unneeded(run: Run) -> None:
    """Forget a run that had hardly begun when it turned out that another one did its work."""
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING, attempt=run.attempt).delete()


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
    run = _takeable(now).filter(pk=run_id).select_for_update(of=("self",), no_key=True).first()
    if run is not None:
        run.state, run.started_at, run.attempt = RunState.RUNNING, now, run.attempt + 1
        run.lease_until = now + min(RUN_LEASE * run.attempt, LONGEST_RUN_LEASE)
        run.save(update_fields=["state", "started_at", "attempt", "lease_until"])
    return run


def _takeable(now: datetime) -> models.QuerySet[Run]:
    abandoned = Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LONGEST_RUN_LEASE)
    return Run.objects.filter(Q(state=RunState.QUEUED) | Q(abandoned, state=RunState.RUNNING))


_MINE = """
    WITH mine AS (
        SELECT connection_id FROM sync_run WHERE id = %s AND state = 'running' AND attempt = %s
        FOR NO KEY UPDATE
    )
    SELECT status, reason FROM integrations_connection WHERE id = (SELECT connection_id FROM mine)
    FOR NO KEY UPDATE
"""


def still_mine(run: Run) -> bool:
    """Lock the run and its connection; False when somebody has taken the run over since.

    ``run.connection`` then has the status and reason of this moment. Call it in a transaction.
    """
    found = binary.rows(_MINE, [run.pk, run.attempt])
    if found and Run.connection.is_cached(run):
        run.connection.status, run.connection.reason = found[0]
    return bool(found)


@transaction.atomic
def forgotten(*, now: datetime, older_than: timedelta, limit: int) -> list[tuple[uuid.UUID, str]]:
    """Return open runs nobody seems to work on (id, trigger), to be woken again.

    Each is returned once a minute at most: a long queue must not be made longer.
    """
    quiet = (
        Q(lease_until__isnull=True)
        | Q(lease_until__lt=now)
        | Q(lease_until__gt=now + 2 * LONGEST_RUN_LEASE)
    )
    rows = (
        Run.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(quiet, state__in=OPEN, requested_at__lt=now - older_than)
        .order_by("requested_at")[:limit]
    )
    found = [(run.pk, run.trigger) for run in rows]
    waiting = Run.objects.filter(pk__in=[pk for pk, _ in found], state=RunState.QUEUED)
    waiting.update(lease_until=now + WAKE_AGAIN)
    return found


def waiting_run_of(*, connection_id: uuid.UUID) -> tuple[uuid.UUID, str] | None:
    """Return id and trigger of the run that waits behind the one that has just ended, if any."""
    found = binary.rows(
        "SELECT id, trigger FROM sync_run WHERE connection_id = %s AND state = 'queued'",
        [connection_id],
    )
    return found[0] if found else None
