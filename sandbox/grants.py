"""Codes, grants and tokens of one room: kept, used up, expired, ended. In SQLite."""

import base64
import hashlib
import hmac
import sqlite3
from dataclasses import dataclass

from sandbox.store import Store


@dataclass(frozen=True, kw_only=True)
class Code:
    """An authorization code and the request it answers."""

    code: str
    client_id: str
    email: str
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    method: str | None
    offline: bool
    expires_at: float

    def is_proved_by(self, verifier: str) -> bool:
        """Whether a verifier fits the challenge of the request (RFC 7636), if it had one."""
        if self.challenge is None:
            return True
        shown = verifier
        if self.method == "S256":
            digest = hashlib.sha256(verifier.encode()).digest()
            shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return hmac.compare_digest(shown.encode(), self.challenge.encode())


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token with the person and client of its grant; `live` is false once revoked."""

    token: str
    kind: str
    grant_id: int
    email: str
    client_id: str
    scopes: frozenset[str]
    expires_at: float | None
    live: bool

    def works_at(self, now: float) -> bool:
        """Whether the token is good at an instant."""
        return self.live and (self.expires_at is None or now < self.expires_at)


class Grants:
    """Every grant of every person to every client of one room."""

    def __init__(self, store: Store, room: str) -> None:
        self._store = store
        self._room = room

    def add_code(self, code: Code) -> None:
        """Remember a code that was just given out."""
        self._store.run(
            "INSERT INTO codes (room, code, client_id, email, redirect_uri, scopes, challenge,"
            " method, offline, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._room,
            code.code,
            code.client_id,
            code.email,
            code.redirect_uri,
            _written(code.scopes),
            code.challenge,
            code.method,
            code.offline,
            code.expires_at,
        )

    def code(self, code: str) -> Code | None:
        """A code ever given out, used or not."""
        row = self._store.row("SELECT * FROM codes WHERE code = ? AND room = ?", code, self._room)
        if row is None:
            return None
        apart = ("room", "used", "scopes", "offline")
        plain = {key: row[key] for key in row.keys() if key not in apart}  # noqa: SIM118  # a Row iterates its values
        return Code(**plain, scopes=_read(row["scopes"]), offline=bool(row["offline"]))

    def use_code(self, code: str) -> bool:
        """Use a code up; False when somebody else was faster."""
        return self._store.run("UPDATE codes SET used = 1 WHERE code = ? AND used = 0", code) == 1

    def live_grant(self, email: str, client_id: str) -> int | None:
        """The id of the person's live grant to a client."""
        row = self._store.row(
            "SELECT id FROM grants WHERE room = ? AND email = ? AND client_id = ? AND live = 1",
            self._room,
            email,
            client_id,
        )
        return None if row is None else int(row["id"])

    def open_grant(self, email: str, client_id: str) -> int:
        """The person's live grant to a client, made when there is none."""
        with self._store.transaction():
            held = self.live_grant(email, client_id)
            return held or self._store.insert(
                "INSERT INTO grants (room, email, client_id) VALUES (?, ?, ?)",
                self._room,
                email,
                client_id,
            )

    def add_token(
        self,
        token: str,
        kind: str,
        *,
        grant_id: int,
        scopes: frozenset[str],
        now: float,
        expires_at: float | None,
    ) -> str:
        """Remember a token that was just given out, and hand it back."""
        self._store.run(
            "INSERT INTO tokens (token, kind, grant_id, scopes, issued_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            token,
            kind,
            grant_id,
            _written(scopes),
            now,
            expires_at,
        )
        return token

    def keep_newest(self, grant_id: int, kind: str, most: int) -> None:
        """Let all but the newest tokens of a kind die silently."""
        self._store.run(
            "UPDATE tokens SET live = 0 WHERE token IN (SELECT token FROM tokens"
            " WHERE grant_id = ? AND kind = ? AND live = 1 ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
            grant_id,
            kind,
            most,
        )

    def token(self, token: str) -> Token | None:
        """A token ever issued, dead or alive."""
        row = self._store.row(
            "SELECT tokens.*, grants.email, grants.client_id, grants.live AS granted FROM tokens"
            " JOIN grants ON grants.id = tokens.grant_id WHERE token = ? AND room = ?",
            token,
            self._room,
        )
        return None if row is None else _token(row)

    def end_token(self, token: str) -> bool:
        """Let one token die; False when it was dead already."""
        return (
            self._store.run("UPDATE tokens SET live = 0 WHERE token = ? AND live = 1", token) == 1
        )

    def let_run_out(self, token: str, at: float) -> bool:
        """Let a token die at an instant, if not before; False when that was said already."""
        changed = self._store.run(
            "UPDATE tokens SET expires_at = ? WHERE token = ? AND live = 1"
            " AND (expires_at IS NULL OR expires_at > ?)",
            at,
            token,
            at,
        )
        return changed == 1

    def end_tokens_before(self, token: str, kind: str) -> None:
        """Let every token of a kind die that the same grant was given before this one."""
        self._store.run(
            "UPDATE tokens SET live = 0 WHERE kind = ? AND live = 1"
            " AND rowid < (SELECT rowid FROM tokens WHERE token = ?)"
            " AND grant_id = (SELECT grant_id FROM tokens WHERE token = ?)",
            kind,
            token,
            token,
        )

    def end_grant(self, grant_id: int) -> None:
        """Let a grant die, and every token of it."""
        self._store.run("UPDATE grants SET live = 0 WHERE id = ?", grant_id)

    def end_grants_of(self, email: str, client_id: str | None = None) -> int:
        """Let a person's grants die, to one client or to all; returns how many."""
        return self._store.run(
            "UPDATE grants SET live = 0 WHERE live = 1 AND room = ? AND email = ?"
            " AND client_id = ifnull(?, client_id)",
            self._room,
            email,
            client_id,
        )

    def expire(self, email: str, kinds: tuple[str, ...], now: float) -> int:
        """Let a person's tokens of these kinds expire now; returns how many."""
        changed = 0
        for kind in kinds:
            changed += self._store.run(
                "UPDATE tokens SET expires_at = ? WHERE kind = ? AND live = 1"
                " AND (expires_at IS NULL OR expires_at > ?)"
                " AND grant_id IN (SELECT id FROM grants WHERE room = ? AND email = ?)",
                now,
                kind,
                now,
                self._room,
                email,
            )
        return changed

    def summary(self, email: str, now: float) -> list[dict[str, object]]:
        """A person's live grants with the number of tokens that work."""
        rows = self._store.rows(
            "SELECT grants.client_id, sum(kind = 'access') AS access_tokens,"
            " sum(kind = 'refresh') AS refresh_tokens FROM grants"
            " LEFT JOIN tokens ON tokens.grant_id = grants.id AND tokens.live = 1"
            " AND (expires_at IS NULL OR expires_at > ?)"
            " WHERE room = ? AND email = ? AND grants.live = 1 GROUP BY grants.id",
            now,
            self._room,
            email,
        )
        return [{key: row[key] or 0 for key in row.keys()} for row in rows]  # noqa: SIM118


def forget_grants(store: Store, email: str) -> None:
    """Drop a person's codes, grants and tokens, of every room."""
    with store.transaction():
        store.run(
            "DELETE FROM tokens WHERE grant_id IN (SELECT id FROM grants WHERE email = ?)", email
        )
        store.run("DELETE FROM grants WHERE email = ?", email)
        store.run("DELETE FROM codes WHERE email = ?", email)


def _written(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes))


def _read(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _token(row: sqlite3.Row) -> Token:
    return Token(
        token=row["token"],
        kind=row["kind"],
        grant_id=row["grant_id"],
        email=row["email"],
        client_id=row["client_id"],
        scopes=_read(row["scopes"]),
        expires_at=row["expires_at"],
        live=bool(row["live"] and row["granted"]),
    )
