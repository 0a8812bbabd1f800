"""Notices that carry readings, or say where they lie: into the ledger, like a run."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from challenges.scoring import record_days
from integrations import calls, registry
from integrations.abilities import CollectsReadings, DeliversReadings, NoticeKind
from integrations.contract import Fetched, Unreadable
from integrations.devices import replace_devices
from integrations.errors import BadPayload
from integrations.http import HttpClient
from integrations.models import Connection, ConnectionStatus
from steps import freshness, ledger
from sync import pooling
from sync.intake import cloud_delivery, zone_of
from sync.models import Run
from sync.webhooks import hints, inbox
from sync.webhooks.models import WebhookNotice


def take(notice: WebhookNotice, *, now: datetime) -> None:
    """Read what the notice says and store it; raises a ``ProviderFailure``.

    What can be read is stored also where another part of it cannot: then ``BadPayload`` is raised
    after that, and the notice holds nothing but the unread part.
    """
    unread = _store(notice, _fetched(notice, now), now=now)
    if unread is not None:
        raise BadPayload(unread.why)


def _fetched(notice: WebhookNotice, now: datetime) -> Fetched:
    provider = registry.get(notice.connection.provider)
    payload = inbox.said(notice)
    # Also readings that come by themselves wait, unread, until the operator lets them count again.
    calls.refuse_if_disabled(provider.slug, now)
    if notice.kind == NoticeKind.DELIVERED and isinstance(provider, DeliversReadings):
        return provider.delivered(payload)
    if notice.kind == NoticeKind.COLLECT and isinstance(provider, CollectsReadings):
        return _collected(notice, provider, payload, now)
    raise BadPayload(f"{notice.connection.provider} has no way to take a notice of this kind")


def _collected(
    notice: WebhookNotice, provider: CollectsReadings, payload: dict[str, Any], now: datetime
) -> Fetched:
    """Ask the provider with nothing of the database held meanwhile."""
    slug = notice.connection.provider
    config = registry.config_of(slug)

    def question(http: HttpClient) -> Fetched:
        pooling.release()
        return provider.collect(http, config, payload)

    oauth = registry.oauth_provider(slug)
    pk = notice.connection_id
    return calls.ask(oauth, config, connection_id=pk, now=now, question=question)


@transaction.atomic
def _store(notice: WebhookNotice, fetched: Fetched, *, now: datetime) -> Unreadable | None:
    """Store as of the time the provider told us, so that a delayed notice never wins.

    Returns what the notice is left with, None when it is done with or somebody else's by now.
    """
    connection = _held(notice)
    if connection is None:
        return None
    if connection.status != ConnectionStatus.ACTIVE:
        inbox.close([notice], now=now, reason=f"the connection is {connection.status}")
        return None
    delivery = cloud_delivery(
        connection=connection,
        provider_name=registry.get(connection.provider).name,
        fetched=fetched,
        zone=zone_of(connection, fetched),
        as_of=notice.received_at,
        received_at=now,
    )
    recorded = ledger.record(delivery, why="provider_report")
    record_days(person_id=connection.person_id, dates=recorded.changed, now=now)
    if fetched.devices is not None:
        replace_devices(connection_id=connection.pk, devices=fetched.devices)
    freshness.confirm(person_id=connection.person_id, at=now)
    _note(connection, recorded.changed, fetched, now)
    hints.note_sign_of_life(connection_id=connection.pk, notices=[notice])
    if fetched.unreadable is not None:
        inbox.keep_unread(notice, fetched.unreadable.payload)
        return fetched.unreadable
    inbox.close([notice], now=now)
    return None


def _held(notice: WebhookNotice) -> Connection | None:
    """Lock the connection, then the notice; None if either is gone or somebody else's by now."""
    rows = Connection.objects.select_for_update(no_key=True, of=("self",))
    connection = rows.select_related("person").filter(pk=notice.connection_id).first()
    own = inbox.mine(notice.pk, notice.attempts).select_for_update(no_key=True)
    return connection if own.exists() else None


def _note(
    connection: Connection, changed: frozenset[date], fetched: Fetched, now: datetime
) -> None:
    fields: dict[str, Any] = {"last_synced_at": now, "reason": ""}
    if fetched.timezone:
        fields["provider_timezone"] = fetched.timezone[:64]
    if changed:
        fields["last_data_at"] = now
        _remember_run(connection, changed, now)
    Connection.objects.filter(pk=connection.pk).update(**fields)


def _remember_run(connection: Connection, changed: frozenset[date], now: datetime) -> None:
    Run.objects.create(
        connection=connection,
        trigger=Run.Trigger.WEBHOOK,
        state=Run.State.DONE,
        changed_days=[day.isoformat() for day in sorted(changed)],
        days_changed=len(changed),
        requested_at=now,
        started_at=now,
        finished_at=now,
    )
