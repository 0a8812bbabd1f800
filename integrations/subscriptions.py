"""Keeps alive the webhook subscriptions that belong to our application and not to a person."""

import logging
from datetime import datetime

from integrations import registry
from integrations.abilities import Subscribes
from integrations.calls import client_for
from integrations.contract import OAuthProvider, ProviderKind, ProviderStatus
from integrations.enrolment import webhook_url
from integrations.errors import ProviderFailure

log = logging.getLogger(__name__)


def keep_all(*, now: datetime) -> dict[str, str]:
    """Make, move and renew the subscriptions of every provider that is offered.

    Returns what went wrong by provider, ``""`` where nothing did. One that fails keeps no other
    from its turn; polling goes on without webhooks, and the next call tries again.
    """
    offered = [
        provider.slug
        for provider in registry.all_providers()
        if provider.kind == ProviderKind.OAUTH
        and isinstance(provider, Subscribes)
        and registry.status_of(provider.slug) == ProviderStatus.AVAILABLE
    ]
    return {slug: _keep(registry.oauth_provider(slug), now) for slug in offered}


def _keep(provider: OAuthProvider, now: datetime) -> str:
    assert isinstance(provider, Subscribes)
    config = registry.config_of(provider.slug)
    http = client_for(provider, config, access_token="", now=now)
    try:
        provider.subscribe(http, config, webhook_url=webhook_url(provider.slug), now=now)
    except ProviderFailure as failure:
        return _alarm(provider.slug, failure)
    return ""


def _alarm(slug: str, failure: ProviderFailure) -> str:
    detail = f"{failure.cause}: {failure.detail}"
    extra = {"action": "operator_alarm", "cause": "subscription_missing", "detail": detail}
    log.error("a webhook subscription is broken", extra=extra | {"provider": slug})
    return failure.cause
