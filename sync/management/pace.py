"""A line that says how far a long command has come, how fast it goes and what is left."""

import time

from django.core.management.base import OutputWrapper


class Pace:
    """Writes at most one line per second; on a terminal always the same one."""

    def __init__(self, out: OutputWrapper, *, total: int, of: str) -> None:
        self._out, self._total, self._of = out, total, of
        self._begun = self._shown = time.monotonic()

    def show(self, done: int) -> None:
        """Say how far it has come, unless that was said just now."""
        now = time.monotonic()
        if now - self._shown < 1 and done < self._total:
            return
        self._shown = now
        rate = done / max(now - self._begun, 0.001)
        left = (self._total - done) / max(rate, 0.001)
        share = 100 * done // max(self._total, 1)
        line = f"{done} of {self._total} {self._of} ({share} %), {rate:.0f}/s, {_span(left)} left"
        self._out.write(f"\r{line}   " if self._out.isatty() else line, ending=self._ending())

    def end(self) -> None:
        """Leave the line."""
        if self._out.isatty():
            self._out.write("")

    def _ending(self) -> str:
        return "" if self._out.isatty() else "\n"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
