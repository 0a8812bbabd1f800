"""People walk while everything fails: their days rise, and now and then fall, at the provider."""

import random
import threading
from datetime import timedelta

from bench.people import now
from bench.sandbox import SandboxControl
from bench.trackers import Wearer

_PAUSE_SECONDS = 0.05
_DAYS_BACK = 3


class Walking(threading.Thread):
    """Changes a random day of a random person, over and over, until it is told to stop."""

    def __init__(self, owners: list[Wearer], sandbox: SandboxControl, seed: int) -> None:
        super().__init__(daemon=True)
        self._owners = owners
        self._sandbox = sandbox
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._over = threading.Event()
        self.changes = 0
        self.failure: Exception | None = None

    def run(self) -> None:
        """Walk."""
        try:
            while not self._over.wait(_PAUSE_SECONDS):
                self._step()
        except Exception as error:  # noqa: BLE001 - handed to whoever waits in `end`
            self.failure = error

    def _step(self) -> None:
        owner = self._chance.choice(self._owners)
        back = self._chance.randrange(_DAYS_BACK)
        day = now().astimezone(owner.person.zone).date() - timedelta(days=back)
        total = self._chance.randrange(0, 30_000)
        self._sandbox.walk(owner.person.email, day.isoformat(), total)
        self.changes += 1

    def end(self) -> int:
        """Stop and return how many changes there were; raises what went wrong."""
        self._over.set()
        self.join()
        if self.failure:
            raise self.failure
        return self.changes
