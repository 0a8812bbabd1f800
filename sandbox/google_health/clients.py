"""OAuth clients: who may ask, and where the answer may be sent."""

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
    """The registered clients."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def register(self, client_id: str, secret: str, redirect_uris: tuple[str, ...]) -> Client:
        """Register a client or change a registered one."""
        self._store.run(
            "INSERT OR REPLACE INTO clients (client_id, secret, redirect_uris) VALUES (?, ?, ?)",
            client_id,
            secret,
            " ".join(redirect_uris),
        )
        return Client(client_id=client_id, secret=secret, redirect_uris=redirect_uris)

    def get(self, client_id: str) -> Client | None:
        """The client with this id."""
        rows = self._store.rows("SELECT * FROM clients WHERE client_id = ?", client_id)
        return next((_client(row) for row in rows), None)

    def all(self) -> list[Client]:
        """Every registered client."""
        return [_client(row) for row in self._store.rows("SELECT * FROM clients ORDER BY rowid")]


def _client(row: sqlite3.Row) -> Client:
    return Client(
        client_id=row["client_id"],
        secret=row["secret"],
        redirect_uris=tuple(row["redirect_uris"].split()),
    )
