"""Leads every provider to its room of the sandbox, by settings on both sides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CLIENT_ID = "sandbox-client"


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A provider and its room; ``addresses`` are paths below the room by the setting's key."""

    slug: str
    room: str
    addresses: Mapping[str, str]

    @property
    def prefix(self) -> str:
        """What the names of the provider's settings begin with."""
        return f"PROVIDER_{self.slug.replace('-', '').upper()}"


# Rooms that have their own addresses, or another name than their provider.
_SPECIAL = (
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
    StandIn(
        slug="misfit",
        room="misfit",
        addresses={
            "AUTHORIZE_URL": "/auth/dialog/authorize",
            "TOKEN_URL": "/auth/tokens/exchange",
        },
    ),
    StandIn(
        slug="withings",
        room="withings",
        addresses={"AUTHORIZE_URL": "/oauth2_user/authorize2", "TOKEN_URL": "/v2/oauth2"},
    ),
)


_USUAL = {
    "AUTHORIZE_URL": "/oauth/authorize",
    "TOKEN_URL": "/oauth/token",
    "REVOKE_URL": "/oauth/revoke",
}


def find(root: Path) -> Iterator[StandIn]:
    """Yield a stand-in per provider of the checkout at ``root`` that has a room, by folder."""
    yield from _SPECIAL
    known = {each.slug for each in _SPECIAL}
    for provider in sorted((root / "integrations" / "providers").glob("*/provider.py")):
        folder = provider.parent.name
        slug = folder.replace("_", "-")
        if slug not in known and (root / "sandbox" / folder / "room.py").exists():
            yield StandIn(slug=slug, room=folder.replace("_", ""), addresses=_USUAL)


def of_application(
    stand_ins: Iterable[StandIn], *, sandbox_url: str, secret: str
) -> dict[str, str]:
    """Return the ``PROVIDER_...`` settings; one secret serves all clients and webhooks."""
    settings = {
        "PROVIDER_FITBIT_WEBHOOK_SECRET": f"Bearer {secret}",
        "PROVIDER_GARMIN_WEBHOOK_PATH": secret,
    }
    for each in stand_ins:
        room = f"{sandbox_url}/{each.room}"
        values = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": secret, "API_URL": room}
        values |= {key: f"{room}{path}" for key, path in each.addresses.items()}
        settings |= {f"{each.prefix}_{key}": value for key, value in values.items()}
    return settings


def of_sandbox(stand_ins: Iterable[StandIn], *, base_url: str, secret: str) -> dict[str, str]:
    """Return the ``SANDBOX_...`` settings of the same clients."""
    settings: dict[str, str] = {}
    for each in stand_ins:
        values = {
            "CLIENT_ID": CLIENT_ID,
            "CLIENT_SECRET": secret,
            "REDIRECT_URIS": f"{base_url}/oauth/{each.slug}/callback",
        }
        settings |= {f"SANDBOX_{each.room.upper()}_{key}": value for key, value in values.items()}
    return settings
