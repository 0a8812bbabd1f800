"""Finds the provider folders and joins each with the operator's settings.

There is no list of providers: every folder below ``integrations/providers`` whose ``provider.py``
exports ``PROVIDER`` is one.
"""

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from integrations import providers
from integrations.abilities import NeedsSettings
from integrations.contract import (
    OAuthProvider,
    Provider,
    ProviderConfig,
    ProviderKind,
    ProviderStatus,
    RelayProvider,
)


class UnknownProvider(Exception):
    """No provider folder has this slug, or it is of another kind than asked for."""


@cache
def _found() -> dict[str, Provider]:
    """Import every folder once; two folders with one slug are a programming error."""
    found: dict[str, Provider] = {}
    for folder in pkgutil.iter_modules(providers.__path__, f"{providers.__name__}."):
        if not folder.ispkg or find_spec(f"{folder.name}.provider") is None:
            continue
        provider = import_module(f"{folder.name}.provider").PROVIDER
        if provider.slug in found:
            raise ImproperlyConfigured(f"two provider folders have the slug {provider.slug!r}")
        found[provider.slug] = provider
    return dict(sorted(found.items()))


def all_providers() -> tuple[Provider, ...]:
    """Every provider, ordered by slug, whatever its status."""
    return tuple(_found().values())


def get(slug: str) -> Provider:
    """The provider of that slug; raises ``UnknownProvider``."""
    try:
        return _found()[slug]
    except KeyError:
        raise UnknownProvider(slug) from None


def oauth_provider(slug: str) -> OAuthProvider:
    """The provider of that slug if its cloud is asked with a token; raises ``UnknownProvider``."""
    provider = get(slug)
    if provider.kind != ProviderKind.OAUTH:
        raise UnknownProvider(slug)
    return cast("OAuthProvider", provider)


def relay_provider(slug: str) -> RelayProvider:
    """The provider of that slug if phones push its readings; raises ``UnknownProvider``."""
    provider = get(slug)
    if provider.kind != ProviderKind.RELAY:
        raise UnknownProvider(slug)
    return cast("RelayProvider", provider)


def config_of(slug: str) -> ProviderConfig:
    """The operator's ``PROVIDER_<SLUG>_<KEY>`` settings; what is not set is empty."""
    values = settings.PROVIDERS.get(slug.replace("-", "").replace("_", ""), {})
    return ProviderConfig(
        client_id=values.get("client_id", ""),
        client_secret=values.get("client_secret", ""),
        values=dict(values),
    )


def status_of(slug: str) -> ProviderStatus:
    """Whether new connections are offered.

    The folder's own status, unless ``PROVIDER_<SLUG>_STATUS`` says otherwise. An OAuth provider
    without a client id, or without a setting that it cannot work without, is disabled.

    Raises:
        UnknownProvider: there is no such folder.
        ImproperlyConfigured: the setting is not a status.
    """
    provider, config = get(slug), config_of(slug)
    word = config.values.get("status") or provider.status
    try:
        status = ProviderStatus(word)
    except ValueError:
        raise ImproperlyConfigured(f"the status of provider {slug!r} cannot be {word!r}") from None
    unusable = provider.kind == ProviderKind.OAUTH and not _has_all_settings(provider, config)
    return ProviderStatus.DISABLED if unusable and status == ProviderStatus.AVAILABLE else status


def _has_all_settings(provider: Provider, config: ProviderConfig) -> bool:
    needed = provider.required_settings if isinstance(provider, NeedsSettings) else ()
    return bool(config.client_id) and all(config.values.get(key) for key in needed)
