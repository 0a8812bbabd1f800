"""Scripted failures: which call, whose, how often, and what goes wrong with it."""

import random
import threading
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sandbox.store import Store

Kind = Literal[
    "500",
    "502",
    "503",
    "504",
    "400",
    "401",
    "403",
    "404",
    "410",
    "429",
    "403_scope",
    "403_service_disabled",
    "invalid_client",
    "invalid_grant",
    "html_200",
    "empty_body",
    "timeout",
    "connection_reset",
    "latency",
    "slow_body",
    "cut_body",
    "wrong_types",
    "huge_numbers",
]
# These need the real answer, so the call is carried out and its answer is spoilt afterwards.
SPOILING = frozenset({"slow_body", "cut_body", "wrong_types", "huge_numbers"})


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scripted failure. `times` null means until cleared; `seconds` is for the slow kinds.

    `target` is an endpoint or a group of endpoints of the room, or `*` for all of them.
    """

    kind: Kind
    room: str = "google"
    target: str = "*"
    email: str | None = None
    times: Annotated[int, Meta(ge=1, le=10**6)] | None = None
    retry_after: Annotated[str, Meta(pattern=r"^(\d{1,6}|http-date)$")] | None = None
    probability: Annotated[float, Meta(ge=0, le=1)] = 1.0
    seconds: Annotated[float, Meta(ge=0, le=600)] = 30.0
    processed: bool = False

    def hits(self, call: "Call") -> bool:
        """Whether this failure is meant for a call."""
        if self.room != call.room or self.target not in ("*", call.endpoint, call.group):
            return False
        return self.email is None or self.email.lower() == call.email

    @property
    def after(self) -> bool:
        """Whether the call is carried out before it fails."""
        return self.processed or self.kind in SPOILING


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a request asks of a room, and whose account it is about, if that is known."""

    room: str
    endpoint: str
    group: str
    email: str | None


class Armed(msgspec.Struct, kw_only=True):
    """A fault in force, its id, and how many hits are left (None: no end)."""

    id: int
    fault: Fault
    remaining: int | None


class Faults:
    """The failures in force, oldest first, written through to the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.reload()

    def reload(self) -> None:
        """Read the armed failures again from the store."""
        rows = self._store.rows("SELECT id, doc, remaining FROM faults ORDER BY id")
        self._armed = [
            Armed(
                id=row["id"],
                fault=msgspec.json.decode(row["doc"], type=Fault),
                remaining=row["remaining"],
            )
            for row in rows
        ]

    def all(self) -> list[Armed]:
        """The failures in force."""
        with self._lock:
            return list(self._armed)

    def arm(self, fault: Fault) -> Armed:
        """Put one more failure in force."""
        doc = msgspec.json.encode(fault).decode()
        with self._lock:
            made = self._store.insert(
                "INSERT INTO faults (doc, remaining) VALUES (?, ?)", doc, fault.times
            )
            armed = Armed(id=made, fault=fault, remaining=fault.times)
            self._armed.append(armed)
            return armed

    def clear(self, fault_id: int | None = None) -> int:
        """Disarm one failure or all; returns how many."""
        with self._lock:
            gone = [one for one in self._armed if fault_id in (None, one.id)]
            for one in gone:
                self._disarm(one)
            return len(gone)

    def take(self, call: Call) -> Fault | None:
        """The failure that befalls this call, used up by one; None when all is well."""
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if armed.fault.hits(call) and _befalls(armed.fault):
                    self._use(armed)
                    return armed.fault
        return None

    def _use(self, armed: Armed) -> None:
        if armed.remaining is None:
            return
        armed.remaining -= 1
        if armed.remaining <= 0:
            self._disarm(armed)
        else:
            self._store.run(
                "UPDATE faults SET remaining = ? WHERE id = ?", armed.remaining, armed.id
            )

    def _disarm(self, armed: Armed) -> None:
        self._armed.remove(armed)
        self._store.run("DELETE FROM faults WHERE id = ?", armed.id)


def _befalls(fault: Fault) -> bool:
    return fault.probability >= 1 or random.random() < fault.probability  # noqa: S311
