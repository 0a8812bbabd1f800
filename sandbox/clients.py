"""OAuth clients of each room: who may ask, and where the answer may be sent."""

import hmac
import sqlite3
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.store import Store

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, kw_only=True)
class Client:
    """A registered OAuth client."""

    client_id: str
    secret: str
    redirect_uris: tuple[str, ...]

    def has_secret(self, secret: str) -> bool:
        """Whether this is the client's secret."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def may_redirect_to(self, uri: str) -> bool:
        """Exact match with a registered address; without any, a plain loopback address."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        try:
            parts = urlsplit(uri)
        except ValueError:
            return False
        return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment


class Clients:
    """The clients one room knows: those registered, and the one from the environment."""

    def __init__(self, store: Store, room: str, built_in: Client) -> None:
        self._store = store
        self._room = room
        self.built_in = built_in

    def register(self, client: Client) -> None:
        """Register a client or change a known one."""
        self._store.run(
            "INSERT OR REPLACE INTO clients (room, client_id, secret, redirect_uris)"
            " VALUES (?, ?, ?, ?)",
            self._room,
            client.client_id,
            client.secret,
            " ".join(client.redirect_uris),
        )

    def get(self, client_id: str) -> Client | None:
        """The client with this id."""
        return next((one for one in self.all() if one.client_id == client_id), None)

    def all(self) -> list[Client]:
        """Every known client, the one from the environment first unless it was changed."""
        rows = self._store.rows("SELECT * FROM clients WHERE room = ? ORDER BY rowid", self._room)
        registered = [_client(row) for row in rows]
        changed = self.built_in.client_id in {one.client_id for one in registered}
        return registered if changed else [self.built_in, *registered]


def _client(row: sqlite3.Row) -> Client:
    return Client(
        client_id=row["client_id"],
        secret=row["secret"],
        redirect_uris=tuple(row["redirect_uris"].split()),
    )
