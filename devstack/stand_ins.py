"""Leads every provider to its room of the sandbox, by settings on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass

CLIENT_ID = "sandbox-client"


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A provider and its room; ``addresses`` are paths below the room by the setting's key."""

    slug: str
    room: str
    addresses: Mapping[str, str]


_USUAL = {"AUTHORIZE_URL": "/oauth/authorize", "TOKEN_URL": "/oauth/token"}
STAND_INS = (
    StandIn(
        slug="fitbit",
        room="google",
        addresses={
            "AUTHORIZE_URL": "/o/oauth2/v2/auth",
            "TOKEN_URL": "/token",
            "REVOKE_URL": "/revoke",
            "WEBHOOK_KEYSET_URL": "/googlehealthapi/webhooks/webhooks_public_keyset.json",
        },
    ),
    StandIn(slug="garmin", room="garmin", addresses=_USUAL),
    StandIn(
        slug="misfit",
        room="misfit",
        addresses={
            "AUTHORIZE_URL": "/auth/dialog/authorize",
            "TOKEN_URL": "/auth/tokens/exchange",
        },
    ),
    StandIn(slug="oura", room="oura", addresses={**_USUAL, "REVOKE_URL": "/oauth/revoke"}),
    StandIn(slug="polar", room="polar", addresses=_USUAL),
    StandIn(
        slug="withings",
        room="withings",
        addresses={"AUTHORIZE_URL": "/oauth2_user/authorize2", "TOKEN_URL": "/v2/oauth2"},
    ),
)


def of_application(*, sandbox_url: str, secret: str) -> dict[str, str]:
    """Return the ``PROVIDER_...`` settings; one secret serves all clients and webhooks."""
    settings = {
        "PROVIDER_FITBIT_WEBHOOK_SECRET": f"Bearer {secret}",
        "PROVIDER_GARMIN_WEBHOOK_PATH": secret,
    }
    for each in STAND_INS:
        room = f"{sandbox_url}/{each.room}"
        values = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": secret, "API_URL": room}
        values |= {key: f"{room}{path}" for key, path in each.addresses.items()}
        settings |= {f"PROVIDER_{each.slug.upper()}_{key}": value for key, value in values.items()}
    return settings


def of_sandbox(*, base_url: str, secret: str) -> dict[str, str]:
    """Return the ``SANDBOX_...`` settings of the same clients."""
    settings: dict[str, str] = {}
    for each in STAND_INS:
        values = {
            "CLIENT_ID": CLIENT_ID,
            "CLIENT_SECRET": secret,
            "REDIRECT_URIS": f"{base_url}/oauth/{each.slug}/callback",
        }
        settings |= {f"SANDBOX_{each.room.upper()}_{key}": value for key, value in values.items()}
    return settings
