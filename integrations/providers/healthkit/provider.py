"""Apple Health as a provider: a phone reads HealthKit and pushes in the ``relay/1`` format.

HealthKit has no server interface. Source of the set-up steps: support.apple.com, "Share your health
and fitness data", and the developer documentation of HealthKit background delivery.
"""

from typing import Final

from integrations.contract import Capabilities, ProviderKind, ProviderStatus, RelayProvider


class HealthKit:
    """iPhone and Apple Watch steps, and whatever other apps write into Apple Health."""

    slug = "healthkit"
    name = "Apple Health"
    kind = ProviderKind.RELAY
    status = ProviderStatus.AVAILABLE
    note = "Your iPhone sends the steps, so keep the Stepwell app installed."
    capabilities = Capabilities(webhooks=False, devices=False, hourly=True, history_days=None)
    successor = ""
    platform = "ios"
    # HealthKit answers a refused reading like an empty one; only whether it asked can be seen.
    tells_permission = False
    min_app_version = "1.0.0"
    setup = {
        "connect": "Open the Stepwell app on your iPhone and scan or paste the relay token.",
        "allow_steps": "Allow reading Steps when Apple Health asks.",
        "background": "Turn on Settings > General > Background App Refresh for Stepwell.",
        "first_sync": "Unlock the iPhone and leave the app open for a minute.",
    }


PROVIDER: Final[RelayProvider] = HealthKit()
