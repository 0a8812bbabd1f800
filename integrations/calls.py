"""Opens the door to a provider for one connection, with a token that works."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar
from uuid import UUID

from integrations import registry
from integrations.budgets.meter import AccountMeter
from integrations.contract import OAuthProvider, ProviderConfig, ProviderStatus
from integrations.errors import (
    DENIED_EVERYWHERE,
    Held,
    OutOfBudget,
    RateLimited,
    Unauthorized,
)
from integrations.http import HttpClient
from integrations.supervision import supervised
from integrations.tokens import fresh_token

Answer = TypeVar("Answer")
LOOK_AGAIN = timedelta(minutes=15)


def client_for(
    provider: OAuthProvider,
    config: ProviderConfig,
    *,
    access_token: str,
    now: datetime,
    meter: AccountMeter | None = None,
) -> HttpClient:
    """A client of the provider's API; its clock starts at ``now`` and runs on.

    Without a ``meter`` the calls count as those of somebody who waits, for no account yet.
    """
    clock = _running_from(now)
    return HttpClient(
        base_url=provider.api_url(config),
        access_token=access_token,
        classify=provider.classify,
        clock=clock,
        meter=meter or _meter(provider, "", clock, interactive=True),
    )


def ask(
    provider: OAuthProvider,
    config: ProviderConfig,
    *,
    connection_id: UUID,
    now: datetime,
    question: Callable[[HttpClient], Answer],
    interactive: bool = False,
) -> Answer:
    """Put ``question`` to the provider; a refused token is refreshed once and asked with once more.

    ``interactive``: somebody waits for the answer and may use the reserve of the quota.

    Raises the failures of ``integrations.errors``; ``Unauthorized`` with the cause
    ``access_denied_everywhere`` when even the new token is refused, ``OutOfBudget`` and ``Held``
    when the provider was not asked. Not to be called in a transaction (see ``fresh_token``).
    """
    refuse_if_disabled(provider.slug, now)
    account = str(connection_id)
    meter = _meter(provider, account, _running_from(now), interactive=interactive)

    def use(token: str) -> Answer:
        return question(client_for(provider, config, access_token=token, now=now, meter=meter))

    with supervised(provider=provider.slug, account=account, now=now), meter.talk():
        try:
            return _with_token(connection_id, now, use)
        except OutOfBudget:
            raise
        except RateLimited as failure:
            raise meter.refused(failure) from None


def refuse_if_disabled(slug: str, now: datetime) -> None:
    """What the operator has switched off rests, and is looked at again in a while: ``Held``."""
    if registry.status_of(slug) == ProviderStatus.DISABLED:
        again = now + LOOK_AGAIN
        raise Held("switched off here", retry_at=again, cause="provider_disabled_by_admin")


def _with_token(connection_id: UUID, now: datetime, use: Callable[[str], Answer]) -> Answer:
    """Use the token, and once more a new one; that both are refused is not believed at once."""
    token = fresh_token(connection_id=connection_id, now=now)
    try:
        return use(token)
    except Unauthorized:
        token = fresh_token(connection_id=connection_id, now=now, rejected_token=token)
    try:
        return use(token)
    except Unauthorized as refused:
        failure = Unauthorized(refused.detail, cause=DENIED_EVERYWHERE)
    raise failure


def _running_from(now: datetime) -> Callable[[], datetime]:
    started = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - started)


def _meter(
    provider: OAuthProvider, account: str, clock: Callable[[], datetime], *, interactive: bool
) -> AccountMeter:
    return AccountMeter(
        provider.slug,
        provider.capabilities.quotas,
        account=account,
        interactive=interactive,
        clock=clock,
    )
