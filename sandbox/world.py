"""Everything the sandbox keeps, put together once at start and handed to every handler."""

from typing import Any

from sandbox.clients import Clients
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.grants import Grants
from sandbox.knobs import Kind, KnobBoard, Knobs
from sandbox.ledger import Ledger
from sandbox.people import People
from sandbox.records import Records
from sandbox.settings import Settings
from sandbox.store import Store
from sandbox.traffic import RateLimit, Traffic


class World:
    """The sandbox's state. Only SQLite outlives the process; the rest is read back from it.

    People, their steps, the clock and the faults are everybody's; clients, grants and knobs are a
    room's own. `clients`, `grants` and `knobs` are Google's, the first room there was.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.db)
        self.knobs: KnobBoard[Knobs] = KnobBoard(self.store, Knobs)
        self.clock = Clock(self.knobs)
        self.people = People(self.store)
        self.ledger = Ledger(Records(self.store), self.knobs)
        self.faults = Faults(self.store)
        self.traffic = Traffic()
        self.rate_limit = RateLimit()
        self.clients = self.clients_of("google")
        self.grants = self.grants_of("google")
        self._boards: dict[str, KnobBoard[Any]] = {}

    def clients_of(self, room: str) -> Clients:
        """The OAuth clients a room knows."""
        return Clients(self.store, room, self.settings.client_of(room))

    def grants_of(self, room: str) -> Grants:
        """What people have granted in a room."""
        return Grants(self.store, room)

    def knobs_of(self, room: str, kind: type[Kind]) -> KnobBoard[Kind]:
        """A room's own knobs, which are of its own kind."""
        board = self._boards.get(room)
        if board is None:
            board = self._boards.setdefault(room, KnobBoard(self.store, kind, f"knobs {room}"))
        return board

    def reset(self) -> None:
        """Back to an empty sandbox that knows only the clients from the environment."""
        self.store.wipe()
        self.knobs.reload()
        for board in self._boards.values():
            board.reload()
        self.people.reload()
        self.faults.reload()
        self.ledger.forget()
        self.traffic.clear()
        self.rate_limit.clear()
