"""What the sandbox reads from the environment, once, at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Start-up settings; everything that may change while running is a knob instead."""

    db: Path
    google_client_id: str
    google_client_secret: str
    google_redirect_uris: tuple[str, ...]


def from_env(env: Mapping[str, str]) -> Settings:
    """Read SANDBOX_* from `env`; an empty redirect list means any loopback address is allowed."""
    uris = env.get("SANDBOX_GOOGLE_REDIRECT_URIS", "")
    return Settings(
        db=Path(env.get("SANDBOX_DB", "var/sandbox.sqlite3")),
        google_client_id=env.get("SANDBOX_GOOGLE_CLIENT_ID", "sandbox-client"),
        google_client_secret=env.get("SANDBOX_GOOGLE_CLIENT_SECRET", "sandbox-secret"),
        google_redirect_uris=tuple(uri.strip() for uri in uris.split(",") if uri.strip()),
    )
