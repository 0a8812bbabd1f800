"""What the person sees: one line per event, with the seconds since the start."""

import os
import sys
import time


class Progress:
    """Writes to standard output at once, also through a pipe."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def say(self, event: str) -> None:
        """Print an event with the seconds it happened after."""
        self.show(f"[{time.monotonic() - self._begun:6.1f}s] {event}")

    def show(self, text: str) -> None:
        """Print plain text. A reader that has gone away does not end the run."""
        try:
            print(text, flush=True)
        except OSError:
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - lives on
