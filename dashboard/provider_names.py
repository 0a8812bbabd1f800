"""Names of providers as people know them; a slug without a folder is shown as it is."""

from integrations import registry
from integrations.contract import ProviderKind


def name_of(slug: str) -> str:
    """Return the provider's name."""
    try:
        return registry.get(slug).name
    except registry.UnknownProvider:
        return slug


def is_relay(slug: str) -> bool:
    """Return whether a phone pushes this provider's readings."""
    try:
        return registry.get(slug).kind == ProviderKind.RELAY
    except registry.UnknownProvider:
        return False
