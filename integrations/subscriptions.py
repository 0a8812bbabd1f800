"""Looks after the webhook subscriptions that belong to our application and not to a person."""

from datetime import datetime

from integrations import registry
from integrations.abilities import Subscribes, TellsOfSubscription
from integrations.calls import client_for
from integrations.contract import Provider, ProviderStatus
from integrations.enrolment import webhook_url
from integrations.errors import ProviderFailure


def look_after_all(*, now: datetime) -> dict[str, str]:
    """Make, move and renew what can run out, and ask whoever can tell, of every provider offered.

    Returns what is wrong by provider in a sentence for operators, ``""`` where nothing is. One that
    fails keeps no other from its turn; polling goes on without webhooks, and the next call tries
    again.
    """
    return {
        provider.slug: _trouble(provider, now)
        for provider in registry.all_providers()
        if isinstance(provider, Subscribes | TellsOfSubscription)
        and registry.status_of(provider.slug) == ProviderStatus.AVAILABLE
    }


def _trouble(provider: Provider, now: datetime) -> str:
    url, config = webhook_url(provider.slug), registry.config_of(provider.slug)
    try:
        if isinstance(provider, Subscribes):
            oauth = registry.oauth_provider(provider.slug)
            http = client_for(oauth, config, access_token="", now=now)
            provider.subscribe(http, config, webhook_url=url, now=now)
        if isinstance(provider, TellsOfSubscription):
            return provider.subscription_trouble(config, webhook_url=url, now=now)
    except ProviderFailure as failure:
        return f"{failure.cause}: {failure.detail}"
    return ""
