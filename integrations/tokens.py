"""Keeps the access tokens of connections fresh: lock the row, look again, refresh, store."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.db.models import QuerySet

from integrations import crypto, oauth, registry, rescue
from integrations.crypto import UnreadableSecret
from integrations.errors import NeedsReconnect, Rejected
from integrations.models import ConnectionStatus, Credential
from integrations.oauth import Grant

EXPIRES_SOON = timedelta(seconds=60)


def fresh_token(*, connection_id: UUID, now: datetime, rejected_token: str | None = None) -> str:
    """The access token of a connection, refreshed if it ends within a minute.

    ``rejected_token`` is a token the provider has just refused: if it is still the stored one, it
    is refreshed whatever its age. However many threads and processes ask at once, one of them asks
    the provider: the others wait for the row and find the new token.

    The provider is asked while the row is locked, on purpose. Where refresh tokens are single use,
    two refreshes at once end the grant, and a lock that could be lost while waiting (in Redis, or a
    lease) would allow just that. ``oauth.LIMITS`` bounds the wait to about ten seconds. Must not be
    called inside a transaction: the new pair has to be durable before anything else happens.

    Raises:
        NeedsReconnect: the grant is gone; the caller marks the connection.
        Transient, RateLimited, Rejected, BadPayload, ProviderGone: see ``integrations.errors``.
    """
    token = _kept(connection_id, now)
    if token is not None and token != rejected_token:
        return token
    with transaction.atomic(durable=True):
        credential = _look(Credential.objects.select_for_update(of=("self",)), connection_id)
        if not _is_usable(credential, now, rejected_token):
            _take_up(credential)
        if not _is_usable(credential, now, rejected_token):
            _refresh(credential, now)
    return str(credential.access_token)


_KEPT = """
    SELECT credential.access_token FROM integrations_credential credential
    JOIN integrations_connection connection ON connection.id = credential.connection_id
    WHERE connection.id = %s AND connection.status <> %s AND credential.expires_at > %s
"""


def _kept(connection_id: UUID, now: datetime) -> str | None:
    """The stored token if it lasts, read without models: every poll of every account does it."""
    with database.cursor() as cursor:
        cursor.execute(_KEPT, [connection_id, ConnectionStatus.DISCONNECTED, now + EXPIRES_SOON])
        row = cursor.fetchone()
    return _opened(row[0]) if row else None


def _opened(secret: str) -> str:
    """An operator's lost key is the operator's to mend: it never disconnects anybody."""
    try:
        return crypto.decrypt(secret)
    except UnreadableSecret:
        raise Rejected("no key in TOKEN_KEYS opens the stored tokens") from None


def _look(rows: QuerySet[Credential], connection_id: UUID) -> Credential:
    """Raises ``Rejected`` for a lost key, as ``_opened`` does."""
    try:
        credential = rows.select_related("connection").filter(connection=connection_id).first()
    except UnreadableSecret:
        raise Rejected("no key in TOKEN_KEYS opens the stored tokens") from None
    if credential is None or credential.connection.status == ConnectionStatus.DISCONNECTED:
        raise NeedsReconnect("the connection has no tokens", cause="disconnected_by_user")
    return credential


def _is_usable(credential: Credential, now: datetime, rejected_token: str | None) -> bool:
    soon = credential.expires_at <= now + EXPIRES_SOON
    return not soon and credential.access_token != rejected_token


def _refresh(credential: Credential, now: datetime) -> None:
    """Replace the pair and save it; the old refresh token stays where no new one comes."""
    if not credential.refresh_token:
        raise NeedsReconnect("the token has ended and cannot be refreshed")
    slug = credential.connection.provider
    config = registry.config_of(slug)
    grant = oauth.refresh(
        registry.oauth_provider(slug).endpoints(config),
        config,
        refresh_token=credential.refresh_token,
        now=now,
    )
    if rescue.keep(credential.connection_id, grant, traded=credential.refresh_token):
        transaction.on_commit(partial(rescue.drop, credential.connection_id))
    _store(credential, grant)
    credential.refreshed_at = now
    credential.save()


def _take_up(credential: Credential) -> None:
    """Store a pair that was granted before and whose commit never came."""
    grant = rescue.find(credential.connection_id, traded=credential.refresh_token or "")
    if grant is not None:
        _store(credential, grant)
        credential.save()
        transaction.on_commit(partial(rescue.drop, credential.connection_id))


def _store(credential: Credential, grant: Grant) -> None:
    credential.access_token = grant.access_token
    credential.expires_at = grant.expires_at
    credential.refresh_token = grant.refresh_token or credential.refresh_token
    credential.refresh_expires_at = grant.refresh_expires_at or credential.refresh_expires_at
