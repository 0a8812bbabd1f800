"""Notices that say no more than "ask again": one reading for however many of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.models import Connection, ConnectionStatus
from sync import dispatch
from sync.models import Run, Schedule
from sync.webhooks import inbox, named_days
from sync.webhooks.models import WebhookNotice


@transaction.atomic
def follow(*, connection_id: UUID, notices: Sequence[WebhookNotice], now: datetime) -> None:
    """Remember what is to be read, have it read soon, and close the notices.

    At most one reading waits: one that runs already may have asked too early, so another is queued
    behind it. An account that is being retried after a failure keeps its waiting time, which may
    be the provider's own word; the days are read when it is over.
    """
    note_sign_of_life(connection_id=connection_id, notices=notices)
    status = Connection.objects.filter(pk=connection_id).values_list("status", flat=True).first()
    if status != ConnectionStatus.ACTIVE:
        inbox.close(notices, now=now, reason=f"the connection is {status}")
        return
    named_days.remember(connection_id=connection_id, notices=notices, now=now)
    if not _is_held_back(connection_id, now):
        read_soon(connection_id=connection_id, now=now)
    inbox.close(notices, now=now)


def note_sign_of_life(*, connection_id: UUID, notices: Sequence[WebhookNotice]) -> None:
    """Remember when the provider last told us of the account; also locks the due time's row."""
    heard = max(notice.received_at for notice in notices)
    row = Schedule.objects.select_for_update(no_key=True).filter(pk=connection_id).first()
    if row is not None and (row.last_webhook_at is None or row.last_webhook_at < heard):
        Schedule.objects.filter(pk=connection_id).update(last_webhook_at=heard)


def _is_held_back(connection_id: UUID, now: datetime) -> bool:
    row = Schedule.objects.filter(pk=connection_id).first()
    due = row.next_sync_at if row else None
    return row is not None and row.failures > 0 and due is not None and due > now


def read_soon(*, connection_id: UUID, now: datetime) -> None:
    """Queue a reading behind whatever runs now, unless one waits already."""
    run = Run(
        connection_id=connection_id,
        trigger=Run.Trigger.WEBHOOK,
        state=Run.State.QUEUED,
        requested_at=now,
    )
    Run.objects.bulk_create([run], ignore_conflicts=True)
    if Run.objects.filter(pk=run.pk).exists():
        dispatch.wake_after_commit(run_id=run.pk, trigger=run.trigger)


@transaction.atomic
def read_instead(notice: WebhookNotice, *, now: datetime) -> None:
    """Ask for the days of a notice whose readings could not be taken in."""
    active = Connection.objects.filter(pk=notice.connection_id, status=ConnectionStatus.ACTIVE)
    if active.exists():
        named_days.remember(connection_id=notice.connection_id, notices=[notice], now=now)
        read_soon(connection_id=notice.connection_id, now=now)
