"""Health Connect as a provider: an Android phone reads it and pushes to us.

Health Connect has no server interface. Source of the limits: developer.android.com, "Health and
fitness": data from 30 days before the first permission on, unless the history permission is given,
and a permission of its own for reading in the background.
"""

from typing import Final

from integrations.contract import Capabilities, ProviderKind, ProviderStatus, RelayProvider


class HealthConnect:
    """What the phone counts and what other apps (Samsung Health, Fitbit) write into the store."""

    slug = "health-connect"
    name = "Health Connect"
    kind = ProviderKind.RELAY
    status = ProviderStatus.AVAILABLE
    note = (
        "Your Android phone sends the steps, so keep the app that reads Health Connect installed."
    )
    capabilities = Capabilities(webhooks=False, devices=False, hourly=True, history_days=30)
    successor = ""
    platform = "android"
    tells_permission = True
    min_app_version = "1.0.0"
    setup = {
        "connect": "Open the app on your phone and enter the address and the relay token.",
        "allow_steps": "Allow reading Steps when Health Connect asks.",
        "background": "Allow reading in the background, and take the app out of battery saving.",
        "first_sync": "Tap Sync in the app once and leave it open for a minute.",
    }


PROVIDER: Final[RelayProvider] = HealthConnect()
