"""Once a day: do the providers still tell us of changes? Silence alone would look like rest."""

import logging
from datetime import datetime

from django.core.cache import cache

from integrations import registry, subscriptions

log = logging.getLogger(__name__)
# Longer than the day between two checks, so that a check that is late shows no gap.
KEPT_SECONDS = 2 * 86400


def check(*, now: datetime) -> dict[str, str]:
    """Look after every provider's subscription; returns what is wrong by provider, ``""`` if well.

    What is found is remembered until the next check; the watch makes an alarm of it.
    """
    found = subscriptions.look_after_all(now=now)
    for provider in registry.all_providers():
        trouble = found.get(provider.slug, "")
        cache.set(_key(provider.slug), trouble, timeout=KEPT_SECONDS)
        if trouble:
            extra = {"action": "subscription_missing", "detail": trouble, "provider": provider.slug}
            log.warning("a webhook subscription is broken", extra=extra)
    return found


def trouble_of(slug: str) -> str:
    """What the last check found wrong, empty for nothing."""
    return str(cache.get(_key(slug)) or "")


def _key(slug: str) -> str:
    return f"webhook-subscription:{slug}"
