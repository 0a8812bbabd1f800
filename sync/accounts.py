"""Connecting, disconnecting and coming back, with everything the engine has to do about it."""

import uuid
from datetime import datetime

from django.db import transaction

from challenges.scoring import record_days
from integrations import connections
from integrations.models import Connection
from steps import rebuild, sources
from steps.models import Source
from sync import claims, dispatch, outcomes
from sync.models import Run, Schedule
from users.models import User


@transaction.atomic
def start_polling(*, connection: Connection, now: datetime) -> None:
    """Give a connection its due time and read it at once."""
    Schedule.objects.update_or_create(
        connection=connection,
        defaults={"next_sync_at": now, "lease_until": now + claims.CLAIM_LEASE, "failures": 0},
    )
    opened = claims.open_or_join(connection_id=connection.pk, trigger=Run.Trigger.CONNECT, now=now)
    dispatch.wake_after_commit(run_id=opened.run.pk, trigger=Run.Trigger.CONNECT)
    outcomes.note_brokenness(person_id=connection.person_id, now=now)


@transaction.atomic
def disconnect(*, connection: Connection, forget_readings: bool, now: datetime) -> None:
    """Stop at once, whatever the provider does; revocation there follows in the background."""
    connections.disconnect(connection=connection, now=now)
    dispatch.revoke_soon()
    Schedule.objects.filter(connection=connection).update(next_sync_at=None, lease_until=None)
    if forget_readings:
        changed = rebuild.forget_connection(
            person_id=connection.person_id, connection_id=connection.pk, now=now
        )
        record_days(person_id=connection.person_id, dates=changed, now=now)
    outcomes.note_brokenness(person_id=connection.person_id, now=now)


@transaction.atomic
def reorder_sources(*, person: User, ids: list[uuid.UUID], now: datetime) -> None:
    """Let the person decide which source wins; open days are derived anew and say so.

    Raises ``steps.sources.UnknownSource``.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    sources.reorder(person_id=person.pk, ids=ids, now=now)
    changed = rebuild.open_days(person_id=person.pk, why="source_order_changed", now=now)
    record_days(person_id=person.pk, dates=changed, now=now)


@transaction.atomic
def hide_source(*, person: User, source_id: uuid.UUID, hidden: bool, now: datetime) -> Source:
    """Let a source count no longer, or again; open days are derived anew and say so.

    Raises ``steps.sources.UnknownSource``.
    """
    source = sources.hide(person_id=person.pk, source_id=source_id, hidden=hidden, now=now)
    why = "source_hidden" if hidden else "source_shown"
    changed = rebuild.open_days(person_id=person.pk, why=why, now=now)
    record_days(person_id=person.pk, dates=changed, now=now)
    return source


@transaction.atomic
def remove_phone(*, connection: Connection, phone_id: uuid.UUID, now: datetime) -> None:
    """End one phone's token; with the last phone the connection is disconnected.

    Raises ``integrations.phones.UnknownPhone``.
    """
    if connections.remove_phone(connection=connection, phone_id=phone_id, now=now):
        disconnect(connection=connection, forget_readings=False, now=now)


def note_connected_phone(*, connection: Connection, now: datetime) -> None:
    """A phone pushes by itself and has no due time; only the person's state changes."""
    outcomes.note_brokenness(person_id=connection.person_id, now=now)
