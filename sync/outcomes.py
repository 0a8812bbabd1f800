"""How a run ends, and what its end means for the connection and its next due time."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from integrations import connections
from integrations.contract import FetchWindow
from integrations.errors import (
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
)
from integrations.models import Connection, ConnectionStatus
from steps import freshness
from sync import claims, schedule
from sync.models import Run, Schedule

log = logging.getLogger(__name__)
OPERATOR_RETRY = timedelta(minutes=15)
PATIENCE = {"access_denied_everywhere": 3}


def succeeded(
    run: Run, window: FetchWindow, *, changed: list[str], timezone: str | None, now: datetime
) -> None:
    """Close a run that brought the connection up to date (in the caller's transaction)."""
    _close(
        run, Run.State.DONE, cause="", detail=run.detail, now=now, window=window, changed=changed
    )
    fields = {"last_synced_at": now, "reason": ""}
    if changed:
        fields["last_data_at"] = now
    if timezone:
        fields["provider_timezone"] = timezone[:64]
    Connection.objects.filter(pk=run.connection_id).update(**fields)
    interval = timedelta(seconds=settings.POLL_INTERVAL_SECONDS)
    due = schedule.next_poll(now, interval, random.random())  # noqa: S311 - jitter, no secret
    _reschedule(run, due=due, failures=0)


@transaction.atomic
def failed(run: Run, failure: ProviderFailure, *, now: datetime) -> None:
    """Close a run the provider's answer ended; decides between waiting, retrying and asking."""
    if not claims.still_mine(run):
        return
    _close(run, Run.State.FAILED, cause=failure.cause, detail=failure.detail, now=now)
    failures = _failures(run) + 1
    log.warning(
        "sync failed",
        extra={"action": "sync_failed", "connection": run.connection_id, "cause": failure.cause},
    )
    if isinstance(failure, NeedsReconnect) and failures >= PATIENCE.get(failure.cause, 1):
        _needs_reconnect(run, failure, now)
    elif isinstance(failure, ProviderGone):
        _retire(run, failure, now)
    else:
        _reschedule(run, due=_retry_at(failure, failures, now), failures=failures)


@transaction.atomic
def crashed(run: Run, error: Exception, *, now: datetime) -> None:
    """Close a run that our own bug ended; it is tried again later and logged with its traceback."""
    if not claims.still_mine(run):
        return
    log.error("sync crashed", exc_info=error, extra={"action": "sync_crashed", "run": run.pk})
    _close(run, Run.State.FAILED, cause="our_error_retrying", detail=type(error).__name__, now=now)
    failures = _failures(run) + 1
    due = schedule.retry_after_failure(now, failures, random.random())  # noqa: S311
    _reschedule(run, due=due, failures=failures)


@transaction.atomic
def abandoned(run: Run, *, now: datetime) -> Run:
    """Close a run whose connection is no longer active: there is nobody to ask."""
    if claims.still_mine(run):
        cause = run.connection.reason or run.connection.status
        _close(run, Run.State.FAILED, cause=cause, now=now)
        _reschedule(run, due=None, failures=0)
    return run


def _close(
    run: Run,
    state: str,
    *,
    cause: str,
    now: datetime,
    detail: str = "",
    window: FetchWindow | None = None,
    changed: list[str] | None = None,
) -> None:
    run.state, run.cause, run.detail, run.finished_at = state, cause, detail[:300], now
    run.changed_days = changed or []
    run.days_changed = len(run.changed_days)
    if window is not None:
        run.window_from, run.window_to = window.first, window.last
    run.save()


def _failures(run: Run) -> int:
    row = Schedule.objects.filter(pk=run.connection_id).first()
    return row.failures if row else 0


def _retry_at(failure: ProviderFailure, failures: int, now: datetime) -> datetime:
    if isinstance(failure, RateLimited) and failure.retry_at is not None:
        return max(failure.retry_at, now + timedelta(seconds=1))
    if isinstance(failure, Rejected):
        log.error(
            "a provider rejected our request; an operator must look",
            extra={"action": "operator_alarm", "cause": failure.cause, "detail": failure.detail},
        )
        return now + OPERATOR_RETRY
    return schedule.retry_after_failure(now, failures, random.random())  # noqa: S311


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
