"""How a run ends, and what its end means for the connection and its next due time."""

import logging
import random
from datetime import date, datetime, timedelta

from django.db import transaction

from integrations import connections, tallies
from integrations.contract import Fetched, FetchWindow
from integrations.errors import (
    Held,
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
)
from integrations.models import Connection, ConnectionStatus
from steps import freshness
from sync import belief, claims, closing, pace
from sync.models import Run, Schedule
from sync.work import Work

log = logging.getLogger(__name__)
HOPELESS = 5
HELD_SPREAD = timedelta(minutes=2)


def succeeded(
    work: Work,
    window: FetchWindow,
    fetched: Fetched,
    *,
    changed: frozenset[date],
    asked_at: datetime,
    now: datetime,
) -> None:
    """Close a run that brought the connection up to date (in the caller's transaction)."""
    run = work.run
    run.detail = "; ".join(f"{each.cause}: {each.detail}" for each in fetched.missed)
    _end(run, Run.State.DONE, cause="", detail=run.detail, now=now)
    run.window_from, run.window_to = window.first, window.last
    run.changed_days = [day.isoformat() for day in sorted(changed)]
    run.days_changed = len(run.changed_days)
    closing.close(
        run,
        closing.Learnt(
            asked_at=asked_at,
            changed=bool(changed),
            timezone=fetched.timezone,
            devices=fetched.devices is not None,
            webhook_missed=pace.missed_webhook(work, changed=bool(changed)),
            due=pace.next_due(work, changed=bool(changed), now=now),
        ),
    )


def listening(run: Run, not_enrolled: ProviderFailure | None, *, now: datetime) -> None:
    """Close a run of a provider that sends on its own: there is nothing to ask, now or later.

    Only a provider that could not be told of us is tried again. Raises that failure.
    """
    if not_enrolled is not None:
        raise not_enrolled
    with transaction.atomic():
        if claims.still_mine(run):
            _close(run, Run.State.DONE, cause="", now=now)
            _reschedule(run, due=None, failures=0)


@transaction.atomic
def failed(run: Run, failure: ProviderFailure, *, now: datetime) -> None:
    """Close a run the provider's answer ended; decides between waiting, retrying and asking."""
    if not claims.still_mine(run):
        return
    _close(run, Run.State.FAILED, cause=failure.cause, detail=failure.detail, now=now)
    failures = _failures(run) + (0 if isinstance(failure, Held) else 1)
    log.warning(
        "sync failed",
        extra={"action": "sync_failed", "connection": run.connection_id, "cause": failure.cause},
    )
    if not isinstance(failure, NeedsReconnect | ProviderGone):
        _reschedule(run, due=_retry_at(run, failure, failures, now), failures=failures)
    elif not belief.is_believed(run, failure):
        _reschedule(run, due=now + belief.ASK_AGAIN, failures=failures)
    elif isinstance(failure, ProviderGone):
        _retire(run, failure, now)
    else:
        _needs_reconnect(run, failure, now)


@transaction.atomic
def crashed(run: Run, error: Exception, *, now: datetime, counts: int = 1) -> None:
    """Close a run that our own bug ended; it is tried again later and logged with its traceback.

    ``counts``: as how many failures; after ``HOPELESS`` of them it is a dead letter.
    """
    if not claims.still_mine(run):
        return
    tallies.count("crashes", run.connection.provider)
    log.error("sync crashed", exc_info=error, extra={"action": "sync_crashed", "run": run.pk})
    _close(run, Run.State.FAILED, cause="our_error_retrying", detail=type(error).__name__, now=now)
    failures = _failures(run) + counts
    due = pace.retry(run.connection.provider, failures=failures, now=now)
    _reschedule(run, due=due, failures=failures)


@transaction.atomic
def abandoned(run: Run, *, now: datetime) -> Run:
    """Close a run whose connection is no longer active: there is nobody to ask."""
    if claims.still_mine(run):
        cause = run.connection.reason or run.connection.status
        _close(run, Run.State.FAILED, cause=cause, now=now)
        _reschedule(run, due=None, failures=0)
    return run


def _close(run: Run, state: str, *, cause: str, now: datetime, detail: str = "") -> None:
    _end(run, state, cause=cause, detail=detail, now=now)
    run.save(update_fields=["state", "cause", "detail", "finished_at"])


def _end(run: Run, state: str, *, cause: str, now: datetime, detail: str) -> None:
    run.state, run.cause, run.detail, run.finished_at = state, cause, detail[:300], now


def _failures(run: Run) -> int:
    row = Schedule.objects.filter(pk=run.connection_id).first()
    return row.failures if row else 0


def _retry_at(run: Run, failure: ProviderFailure, failures: int, now: datetime) -> datetime:
    if isinstance(failure, Held):
        return failure.retry_at + HELD_SPREAD * random.random()  # noqa: S311
    if isinstance(failure, RateLimited) and failure.retry_at is not None:
        return max(failure.retry_at, now + timedelta(seconds=1))
    if isinstance(failure, Rejected):
        log.error(
            "a provider rejected our request; an operator must look",
            extra={"action": "operator_alarm", "cause": failure.cause, "detail": failure.detail},
        )
    return pace.retry(run.connection.provider, failures=failures, now=now)


def _needs_reconnect(run: Run, failure: ProviderFailure, now: datetime) -> None:
    began = run.started_at or now
    if connections.mark_needs_reconnect(connection=run.connection, cause=failure.cause, now=began):
        _stop_polling(run, now)


def _retire(run: Run, failure: ProviderFailure, now: datetime) -> None:
    Connection.objects.filter(pk=run.connection_id, status=ConnectionStatus.ACTIVE).update(
        status=ConnectionStatus.RETIRED, reason=failure.cause
    )
    _stop_polling(run, now)


def _stop_polling(run: Run, now: datetime) -> None:
    _reschedule(run, due=None, failures=0)
    note_brokenness(person_id=run.connection.person_id, now=now)


def note_brokenness(*, person_id: int, now: datetime) -> None:
    """Mark a person broken when none of their connections works, and working otherwise."""
    rows = Connection.objects.filter(person=person_id)
    if rows.filter(status=ConnectionStatus.ACTIVE).exists():
        freshness.mark_working(person_id=person_id)
    elif rows.exists():
        freshness.mark_broken(person_id=person_id, since=now)


def _reschedule(run: Run, *, due: datetime | None, failures: int) -> None:
    Schedule.objects.filter(pk=run.connection_id).update(
        next_sync_at=due, lease_until=None, failures=failures
    )
