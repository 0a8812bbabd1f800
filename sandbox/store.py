"""SQLite, the sandbox's only memory: whatever was answered with a 2xx survives a kill -9."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (email TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,
    effective REAL NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_email ON records (email, day);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY, doc TEXT NOT NULL, remaining INTEGER);
CREATE TABLE IF NOT EXISTS clients (
    room TEXT NOT NULL, client_id TEXT NOT NULL, secret TEXT NOT NULL,
    redirect_uris TEXT NOT NULL, PRIMARY KEY (room, client_id));
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, client_id TEXT NOT NULL, email TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, scopes TEXT NOT NULL, challenge TEXT, method TEXT,
    offline INTEGER NOT NULL, expires_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0,
    room TEXT NOT NULL DEFAULT 'google');
CREATE TABLE IF NOT EXISTS grants (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL, client_id TEXT NOT NULL,
    live INTEGER NOT NULL DEFAULT 1, room TEXT NOT NULL DEFAULT 'google');
CREATE INDEX IF NOT EXISTS grants_email ON grants (email, client_id);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, grant_id INTEGER NOT NULL, scopes TEXT NOT NULL,
    issued_at REAL NOT NULL, expires_at REAL, live INTEGER NOT NULL DEFAULT 1);
CREATE INDEX IF NOT EXISTS tokens_grant ON tokens (grant_id, kind, live);
"""
# A file from when Google was the only room: its clients come from the environment again.
OLDER = """
DROP TABLE clients;
ALTER TABLE codes ADD COLUMN room TEXT NOT NULL DEFAULT 'google';
ALTER TABLE grants ADD COLUMN room TEXT NOT NULL DEFAULT 'google';
"""
TABLES = ("documents", "people", "records", "faults", "clients", "codes", "grants", "tokens")


class Store:
    """One connection shared by every thread of the one process, guarded by one lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA busy_timeout = 5000")
        if self._is_older():
            self._db.executescript(OLDER)
        self._db.executescript(SCHEMA)

    def _is_older(self) -> bool:
        columns = {row["name"] for row in self._db.execute("PRAGMA table_info(grants)")}
        return bool(columns) and "room" not in columns

    def rows(self, sql: str, *params: Any) -> list[sqlite3.Row]:
        """Every row of a query."""
        with self._lock:
            return self._db.execute(sql, params).fetchall()

    def row(self, sql: str, *params: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self._lock:
            found: sqlite3.Row | None = self._db.execute(sql, params).fetchone()
            return found

    def run(self, sql: str, *params: Any) -> int:
        """Execute one statement; returns how many rows it changed."""
        with self._lock:
            return self._db.execute(sql, params).rowcount

    def insert(self, sql: str, *params: Any) -> int:
        """Execute one INSERT; returns the new row's id."""
        with self._lock:
            return self._db.execute(sql, params).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nests by joining the outer transaction."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def document(self, name: str) -> str | None:
        """A named JSON document, or None when it was never stored."""
        row = self.row("SELECT doc FROM documents WHERE name = ?", name)
        return None if row is None else str(row["doc"])

    def save_document(self, name: str, doc: str) -> None:
        """Store or replace a named JSON document."""
        self.run("INSERT OR REPLACE INTO documents (name, doc) VALUES (?, ?)", name, doc)

    def wipe(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in TABLES:
                self.run(f"DELETE FROM {table}")  # noqa: S608  # names come from the tuple above
