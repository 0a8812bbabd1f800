"""The tap on "Sync steps": one line per connection, answered at once, followed to the end."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from integrations import registry
from integrations.contract import ProviderKind
from integrations.models import Connection, ConnectionStatus
from steps.queries import steps_on
from sync import claims, dispatch
from sync.models import Run, SyncRequest, SyncRequestLine
from users.models import User

Outcome = SyncRequestLine.Outcome
FRESH_UPLOAD = timedelta(minutes=2)
_FIXED = {
    ConnectionStatus.NEEDS_RECONNECT: Outcome.NEEDS_RECONNECT,
    ConnectionStatus.RETIRED: Outcome.RETIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    outcome: str
    run: Run | None = None
    retry_at: datetime | None = None


@transaction.atomic
def request_sync(*, person: User, now: datetime) -> SyncRequest:
    """Open or join a run for every connection that can be asked; wakes the workers after commit."""
    request = SyncRequest.objects.create(person=person, created_at=now)
    today = person.calendar.date_of(now)
    before = steps_on(person_id=person.pk, dates=[today]).get(today)
    connections = Connection.objects.filter(person=person).exclude(
        status=ConnectionStatus.DISCONNECTED
    )
    decisions = [(c, _decide(c, now)) for c in connections.order_by("connected_at")]
    SyncRequestLine.objects.bulk_create(
        SyncRequestLine(
            request=request,
            connection=connection,
            outcome=decision.outcome,
            run=decision.run,
            retry_at=decision.retry_at,
            steps_before=before,
        )
        for connection, decision in decisions
    )
    return request


def _decide(connection: Connection, now: datetime) -> _Decision:
    fixed = _FIXED.get(ConnectionStatus(connection.status))
    if fixed is not None:
        return _Decision(outcome=fixed)
    provider = registry.get(connection.provider)
    if provider.kind == ProviderKind.RELAY or not provider.capabilities.polls:
        return _ask_phone(connection, now)
    cooled = _cooling_until(connection.pk, now)
    if cooled is not None:
        return _Decision(outcome=Outcome.COOLING_DOWN, retry_at=cooled)
    return _open(connection, now)


def _ask_phone(connection: Connection, now: datetime) -> _Decision:
    """The phone has to send, to us or to its maker's cloud; say so unless it just did."""
    sent = connection.last_synced_at
    fresh = sent is not None and now - sent < FRESH_UPLOAD
    return _Decision(outcome=Outcome.UP_TO_DATE if fresh else Outcome.WAITING_FOR_PHONE)


def _cooling_until(connection_id: uuid.UUID, now: datetime) -> datetime | None:
    """Return when the next tap may ask again, counted from the last tap that succeeded."""
    last = (
        Run.objects.filter(connection=connection_id, trigger=Run.Trigger.TAP, state=Run.State.DONE)
        .order_by("-requested_at")
        .values_list("finished_at", flat=True)
        .first()
    )
    if last is None:
        return None
    until = last + timedelta(seconds=settings.TAP_COOLDOWN_SECONDS)
    return until if until > now else None


def _open(connection: Connection, now: datetime) -> _Decision:
    opened = claims.open_or_join(connection_id=connection.pk, trigger=Run.Trigger.TAP, now=now)
    if opened.run.state == Run.State.QUEUED:
        # Also for a joined run: a background run that still waits now has somebody waiting for it.
        dispatch.wake_after_commit(run_id=opened.run.pk, trigger=Run.Trigger.TAP)
    return _Decision(outcome=Outcome.JOINED if opened.joined else Outcome.QUEUED, run=opened.run)
