"""Once a day: do the providers still tell us of changes? Silence alone would look like rest."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from integrations import registry
from integrations.abilities import TellsOfSubscription
from integrations.contract import ProviderStatus
from integrations.errors import ProviderFailure

log = logging.getLogger(__name__)
# Longer than the day between two checks, so that a check that is late shows no gap.
KEPT_SECONDS = 2 * 86400


def check(*, now: datetime) -> int:
    """Ask every provider that can tell; returns how many have trouble, each with an alarm."""
    return sum(bool(_check(provider.slug, now)) for provider in registry.all_providers())


def _check(slug: str, now: datetime) -> str:
    provider = registry.get(slug)
    if not isinstance(provider, TellsOfSubscription):
        return ""
    if registry.status_of(slug) != ProviderStatus.AVAILABLE:
        return ""
    url = f"{settings.BASE_URL}/webhooks/{slug}"
    try:
        trouble = provider.subscription_trouble(registry.config_of(slug), webhook_url=url, now=now)
    except ProviderFailure as failure:
        trouble = f"{failure.cause}: {failure.detail}"
    cache.set(_key(slug), trouble, timeout=KEPT_SECONDS)
    if trouble:
        extra = {"action": "operator_alarm", "cause": "subscription_missing", "detail": trouble}
        log.error("a webhook subscription is broken", extra=extra | {"provider": slug})
    return trouble


def trouble_of(slug: str) -> str:
    """What the last check found wrong, empty for nothing."""
    return str(cache.get(_key(slug)) or "")


def _key(slug: str) -> str:
    return f"webhook-subscription:{slug}"
