"""Withdraws grants upstream, later and in the background, so that disconnecting never waits.

Revoking any token at a provider ends the whole grant of that account and our client. A token is
therefore revoked only while nobody has that account connected here. How each provider is told is
in ``integrations.farewells``.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from integrations import farewells, registry
from integrations.crypto import UnreadableSecret
from integrations.errors import ProviderFailure
from integrations.models import Connection, ConnectionStatus, Credential, PendingRevocation

FIRST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 10
LONGEST_WAIT = timedelta(days=7)
CONSENT_TIME = timedelta(minutes=15)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, repr=False)
class Held:
    """The tokens of a grant that nobody here will use any more."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str | None


def queue(*, provider: str, account_id: str, held: Held, now: datetime) -> None:
    """Note a grant to be withdrawn at the next chance."""
    PendingRevocation.objects.create(
        provider=provider,
        account_id=account_id,
        token=held.refresh_token or held.access_token,
        access_token=held.access_token,
        access_expires_at=held.access_expires_at,
        next_attempt_at=now,
        created_at=now,
    )


def queue_unless_connected(*, provider: str, account_id: str, held: Held, now: datetime) -> None:
    """Note a grant nobody will use, unless withdrawing it would cut off a connection."""
    if not _is_connected(provider, account_id):
        queue(provider=provider, account_id=account_id, held=held, now=now)


def cancel(*, provider: str, account_ids: set[str]) -> None:
    """Forget the revocations of accounts that have just been connected (again)."""
    PendingRevocation.objects.filter(provider=provider, account_id__in=account_ids).delete()


def postpone(*, person_id: int, provider: str, now: datetime) -> None:
    """Hold back the revocations of a person who is on the way to the consent page.

    A revocation that ran between the new consent and the new connection would end them both.
    """
    accounts = Connection.objects.filter(person=person_id, provider=provider).values("account_id")
    PendingRevocation.objects.filter(
        provider=provider, account_id__in=accounts, next_attempt_at__lt=now + CONSENT_TIME
    ).update(next_attempt_at=now + CONSENT_TIME)


def withdraw(*, connection: Connection, now: datetime) -> None:
    """Delete the credential of a connection and queue its revocation.

    Runs inside the caller's transaction. A credential that is being refreshed at this moment is
    skipped instead of waited for; ``revoke_pending`` collects it.
    """
    credential = (
        Credential.objects.only("connection_id")
        .select_for_update(skip_locked=True)
        .filter(connection=connection)
        .first()
    )
    if credential is None:
        return
    try:
        held = Held(
            access_token=credential.access_token,
            access_expires_at=credential.expires_at,
            refresh_token=credential.refresh_token,
        )
    except UnreadableSecret:
        log.warning("token unreadable", extra={"action": "revocation.unreadable"})
    else:
        queue(provider=connection.provider, account_id=connection.account_id, held=held, now=now)
    credential.delete()


def revoke_pending(*, now: datetime, limit: int) -> int:
    """Revoke up to ``limit`` tokens that are due; returns how many are settled.

    A failure is tried again with growing pauses and given up after ten attempts or seven days: the
    person is disconnected here in any case. No row is locked while a provider is asked.
    """
    _collect_left_over(now=now, limit=limit)
    return sum(_settle(pk=pk, now=now) for pk in _claim(now=now, limit=limit))


def _collect_left_over(*, now: datetime, limit: int) -> None:
    """Withdraw credentials that were busy being refreshed when their person disconnected."""
    left_over = Connection.objects.filter(
        status=ConnectionStatus.DISCONNECTED, credential__isnull=False
    )
    for pk in left_over.values_list("pk", flat=True)[:limit]:
        _collect(pk=pk, now=now)


def _collect(*, pk: UUID, now: datetime) -> None:
    with transaction.atomic():
        connection = Connection.objects.select_for_update(no_key=True).get(pk=pk)
        if connection.status == ConnectionStatus.DISCONNECTED:
            withdraw(connection=connection, now=now)


def _claim(*, now: datetime, limit: int) -> list[int]:
    """Take due rows by pushing them ahead, so that a crash or a second worker repeats nothing."""
    with transaction.atomic():
        due = PendingRevocation.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
        rows = list(due.select_for_update(skip_locked=True).values_list("pk", "attempts")[:limit])
        for pk, attempts in rows:
            PendingRevocation.objects.filter(pk=pk).update(
                attempts=F("attempts") + 1, next_attempt_at=now + FIRST_PAUSE * 2**attempts
            )
    return [pk for pk, _ in rows]


def _settle(*, pk: int, now: datetime) -> bool:
    """Revoke one token; True when the row is done with."""
    try:
        row = PendingRevocation.objects.filter(pk=pk).first()
        if row is None:
            return True
        if not _is_connected(row.provider, row.account_id):
            _revoke(row, now)
    except (ProviderFailure, UnreadableSecret) as failure:
        return _give_up(pk=pk, failure=failure, now=now)
    row.delete()
    return True


def _revoke(row: PendingRevocation, now: datetime) -> None:
    """Tell the provider, if the folder still exists."""
    try:
        provider = registry.oauth_provider(row.provider)
    except registry.UnknownProvider:
        return
    farewells.say(provider, registry.config_of(row.provider), row, now)


def _give_up(*, pk: int, failure: Exception, now: datetime) -> bool:
    """Delete the row if it was tried for long enough."""
    rows = PendingRevocation.objects.filter(pk=pk)
    tried = rows.filter(attempts__gte=MOST_ATTEMPTS) | rows.filter(
        created_at__lt=now - LONGEST_WAIT
    )
    given_up = tried.delete()[0] > 0
    action = "revocation.given_up" if given_up else "revocation.failed"
    log.warning("revocation: %s", type(failure).__name__, extra={"action": action})
    return given_up


def _is_connected(provider: str, account_id: str) -> bool:
    connected = Connection.objects.filter(provider=provider, account_id=account_id)
    return connected.exclude(status=ConnectionStatus.DISCONNECTED).exists()
