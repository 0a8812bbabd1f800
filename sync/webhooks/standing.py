"""Notices about the connection itself: the person left us, or allows more or less than before."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from integrations import connections, registry
from integrations.contract import OAuthEndpoints
from integrations.errors import BadPayload
from integrations.models import Connection, ConnectionStatus
from sync import outcomes
from sync.models import Schedule
from sync.webhooks import hints, inbox
from sync.webhooks.models import WebhookNotice


@transaction.atomic
def revoked(notice: WebhookNotice, *, now: datetime) -> None:
    """The person left us at the provider: only they can bring the connection back.

    A notice from before they consented anew is about the consent before, and changes nothing.
    """
    stop(notice.connection, cause="consent_revoked", began=notice.received_at, now=now)
    hints.note_sign_of_life(connection_id=notice.connection_id, notices=[notice])
    inbox.close([notice], now=now)


def stop(connection: Connection, *, cause: str, began: datetime, now: datetime) -> bool:
    """Ask for reconnecting and poll no more (in the caller's transaction); True if it was active.

    ``began`` is when what failed began: a consent since then is left alone.
    """
    if not connections.mark_needs_reconnect(connection=connection, cause=cause, now=began):
        return False
    Schedule.objects.filter(pk=connection.pk).update(
        next_sync_at=None, lease_until=None, failures=0
    )
    outcomes.note_brokenness(person_id=connection.person_id, now=now)
    return True


@transaction.atomic
def permissions(notice: WebhookNotice, *, now: datetime) -> None:
    """Keep what the person allows now; without what steps need the connection has to be renewed."""
    granted = _listed(notice)
    connection = notice.connection
    slug = connection.provider
    endpoints = registry.oauth_provider(slug).endpoints(registry.config_of(slug))
    held = Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk)
    held.update(granted_scopes=sorted(granted), missing_permissions=_missing(endpoints, granted))
    if not endpoints.required_scopes <= granted:
        stop(connection, cause="scope_missing", began=notice.received_at, now=now)
    else:
        _resume(connection, now)
    hints.note_sign_of_life(connection_id=connection.pk, notices=[notice])
    inbox.close([notice], now=now)


def _listed(notice: WebhookNotice) -> frozenset[str]:
    listed = inbox.said(notice).get("permissions")
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise BadPayload("the notice lists no permissions")
    return frozenset(each[:200] for each in listed if each.isprintable())


def _missing(endpoints: OAuthEndpoints, granted: Collection[str]) -> list[str]:
    optional = endpoints.optional_permissions.items()
    return [permission for scope, permission in optional if scope not in granted]


def _resume(connection: Connection, now: datetime) -> None:
    """What stopped for want of a permission goes on once it is there again."""
    stopped = Connection.objects.filter(
        pk=connection.pk, status=ConnectionStatus.NEEDS_RECONNECT, reason="scope_missing"
    )
    if not stopped.update(status=ConnectionStatus.ACTIVE, reason=""):
        return
    if registry.get(connection.provider).capabilities.polls:
        Schedule.objects.filter(pk=connection.pk).update(next_sync_at=now)
    outcomes.note_brokenness(person_id=connection.person_id, now=now)
