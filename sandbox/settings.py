"""What the sandbox reads from the environment, once, at start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clients import Client

CLIENT_KEY = re.compile(r"SANDBOX_([A-Z][A-Z0-9]*)_(CLIENT_ID|CLIENT_SECRET|REDIRECT_URIS)")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Start-up settings; everything that may change while running is a knob instead.

    `clients` holds what the environment says about each room's client, by room and key.
    """

    db: Path
    clients: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def client_of(self, room: str) -> Client:
        """The client a room knows from the start.

        An empty redirect list means any loopback address is allowed.
        """
        keys = self.clients.get(room, {})
        uris = keys.get("REDIRECT_URIS", "").split(",")
        return Client(
            client_id=keys.get("CLIENT_ID", "sandbox-client"),
            secret=keys.get("CLIENT_SECRET", "sandbox-secret"),
            redirect_uris=tuple(uri.strip() for uri in uris if uri.strip()),
        )


def from_env(env: Mapping[str, str]) -> Settings:
    """Read SANDBOX_DB, and SANDBOX_<ROOM>_CLIENT_ID, _CLIENT_SECRET and _REDIRECT_URIS."""
    clients: dict[str, dict[str, str]] = {}
    for name, value in env.items():
        key = CLIENT_KEY.fullmatch(name)
        if key:
            clients.setdefault(key[1].lower(), {})[key[2]] = value
    return Settings(db=Path(env.get("SANDBOX_DB", "var/sandbox.sqlite3")), clients=clients)
