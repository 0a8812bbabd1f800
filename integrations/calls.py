"""Opens the door to a provider for one connection, with a token that works."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar
from uuid import UUID

from integrations.contract import OAuthProvider, ProviderConfig
from integrations.errors import Unauthorized
from integrations.http import HttpClient
from integrations.tokens import fresh_token

Answer = TypeVar("Answer")


def client_for(
    provider: OAuthProvider, config: ProviderConfig, *, access_token: str, now: datetime
) -> HttpClient:
    """A client of the provider's API; its clock starts at ``now`` and runs on."""
    started = monotonic()
    return HttpClient(
        base_url=provider.api_url(config),
        access_token=access_token,
        classify=provider.classify,
        clock=lambda: now + timedelta(seconds=monotonic() - started),
    )


def ask(
    provider: OAuthProvider,
    config: ProviderConfig,
    *,
    connection_id: UUID,
    now: datetime,
    question: Callable[[HttpClient], Answer],
) -> Answer:
    """Put ``question`` to the provider; a refused token is refreshed once and asked with once more.

    Raises the failures of ``integrations.errors``; ``Unauthorized`` when even the new token is
    refused. Not to be called in a transaction (see ``fresh_token``).
    """
    token = fresh_token(connection_id=connection_id, now=now)
    try:
        return question(client_for(provider, config, access_token=token, now=now))
    except Unauthorized:
        token = fresh_token(connection_id=connection_id, now=now, rejected_token=token)
    return question(client_for(provider, config, access_token=token, now=now))
