"""Ctrl-C and SIGTERM as a flag that waiting code looks at, so that no child is ever forgotten."""

import signal
import time
from types import FrameType

from devstack.failures import StopRequestedError


class StopFlag:
    """Remembers that a stop was asked for. Ignored until `install` is called."""

    def __init__(self) -> None:
        self.requested = False

    def install(self) -> None:
        """Turn SIGINT, SIGTERM and SIGHUP of this process into the flag."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True

    def pause(self, seconds: float) -> None:
        """Sleep. Raises StopRequestedError as soon as a stop is asked for (within 50 ms)."""
        deadline = time.monotonic() + seconds
        while not self.requested and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))
        if self.requested:
            raise StopRequestedError
