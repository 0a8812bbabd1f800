"""Keeps the access tokens of connections fresh: lock the row, look again, refresh, store."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from integrations import oauth, registry
from integrations.crypto import UnreadableSecret
from integrations.errors import NeedsReconnect, Rejected
from integrations.models import ConnectionStatus, Credential

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
    credential = _look(Credential.objects.all(), connection_id)
    if _is_usable(credential, now, rejected_token):
        return str(credential.access_token)
    with transaction.atomic(durable=True):
        credential = _look(Credential.objects.select_for_update(of=("self",)), connection_id)
        if not _is_usable(credential, now, rejected_token):
            _refresh(credential, now)
    return str(credential.access_token)


def _look(rows: QuerySet[Credential], connection_id: UUID) -> Credential:
    """An operator's lost key is the operator's to mend: it never disconnects anybody."""
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
    credential.access_token = grant.access_token
    credential.expires_at = grant.expires_at
    credential.refresh_token = grant.refresh_token or credential.refresh_token
    credential.refresh_expires_at = grant.refresh_expires_at or credential.refresh_expires_at
    credential.refreshed_at = now
    credential.save()
