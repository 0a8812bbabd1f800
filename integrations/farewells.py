"""Tells a provider that we hold a grant no longer: by a call of its API, or by revoking a token."""

from collections.abc import Callable
from datetime import datetime

from integrations import oauth
from integrations.abilities import Leaves
from integrations.calls import client_for
from integrations.contract import OAuthProvider, ProviderConfig
from integrations.errors import NeedsReconnect, Unauthorized
from integrations.models import PendingRevocation


def say(
    provider: OAuthProvider, config: ProviderConfig, row: PendingRevocation, now: datetime
) -> None:
    """Withdraw the grant the way the provider wants it; one that has ended already is fine.

    Raises the failures of ``integrations.errors`` and ``crypto.UnreadableSecret``.
    """
    endpoints = provider.endpoints(config)
    url, query = endpoints.revoke_url, endpoints.revoke_query
    if isinstance(provider, Leaves):
        leaving = provider

        def leave(token: str) -> None:
            http = client_for(provider, config, access_token=token, now=now)
            leaving.leave(http, config, account_id=row.account_id)

        _with_access(provider, config, row, now, leave)
    elif url and query:
        _with_access(
            provider,
            config,
            row,
            now,
            lambda token: oauth.revoke(url, token=token, query=query, now=now),
        )
    elif url:
        oauth.revoke(url, token=row.token, now=now)


def _with_access(
    provider: OAuthProvider,
    config: ProviderConfig,
    row: PendingRevocation,
    now: datetime,
    tell: Callable[[str], None],
) -> None:
    """Tell with an access token that works, refreshed if need be.

    Where none can be had any more, the grant has ended and there is nothing to tell.
    """
    if row.access_token and not (row.access_expires_at and row.access_expires_at <= now):
        try:
            return tell(row.access_token)
        except Unauthorized:
            pass
    token = _refreshed(provider, config, row, now)
    return tell(token) if token else None


def _refreshed(
    provider: OAuthProvider, config: ProviderConfig, row: PendingRevocation, now: datetime
) -> str | None:
    """A new access token; None when there is nothing to refresh or the grant is dead.

    The new pair is stored before it is used: a refresh token may work only once.
    """
    if row.token == row.access_token:
        return None
    try:
        grant = oauth.refresh(provider.endpoints(config), config, refresh_token=row.token, now=now)
    except NeedsReconnect:
        return None
    row.token = grant.refresh_token or row.token
    row.access_token, row.access_expires_at = grant.access_token, grant.expires_at
    row.save(update_fields=["token", "access_token", "access_expires_at"])
    return grant.access_token
