"""Everything the sandbox keeps, put together once at start and handed to every handler."""

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.google_health.clients import Clients
from sandbox.google_health.grants import Grants
from sandbox.knobs import KnobBoard
from sandbox.ledger import Ledger
from sandbox.people import People
from sandbox.records import Records
from sandbox.settings import Settings
from sandbox.store import Store
from sandbox.traffic import RateLimit, Traffic


class World:
    """The sandbox's state. Only SQLite outlives the process; the rest is read back from it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.db)
        self.knobs = KnobBoard(self.store)
        self.clock = Clock(self.knobs)
        self.people = People(self.store)
        self.ledger = Ledger(Records(self.store), self.knobs)
        self.faults = Faults(self.store)
        self.traffic = Traffic()
        self.rate_limit = RateLimit()
        self.clients = Clients(self.store)
        self.grants = Grants(self.store, self.knobs)
        self._seed()

    def _seed(self) -> None:
        self.clients.register(
            self.settings.google_client_id,
            self.settings.google_client_secret,
            self.settings.google_redirect_uris,
        )

    def reset(self) -> None:
        """Back to an empty sandbox that knows only the client from the environment."""
        self.store.wipe()
        self.knobs.reload()
        self.people.reload()
        self.faults.reload()
        self.ledger.forget()
        self.traffic.clear()
        self.rate_limit.clear()
        self._seed()
