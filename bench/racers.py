"""Processes that get ready, start at a word and say as one line of JSON what they have seen."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from devstack.failures import DevstackError
from devstack.places import ROOT


class Racer:
    """A ``python -m`` process; it prints "ready", waits for a line, works, prints JSON."""

    def __init__(self, *arguments: str) -> None:
        self._name = " ".join(arguments)
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; we end it
        )

    def await_ready(self) -> None:
        """Wait until it could start. Raises DevstackError when it has ended instead."""
        if not self._output.readline():
            raise DevstackError(f"{self._name} did not get ready")

    def go(self) -> None:
        """Let it start."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, Any]:
        """Wait for what it has to say. Raises DevstackError when it ended without a word."""
        line = self._output.readline()
        if not line:
            raise DevstackError(f"{self._name} broke off")
        said: dict[str, Any] = json.loads(line)
        return said

    def end(self) -> None:
        """End it if it has not ended."""
        self._process.kill()
        self._process.communicate()

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout


@contextmanager
def racers(commands: Sequence[tuple[str, ...]]) -> Iterator[list[Racer]]:
    """Yield processes that are ready; they are gone at the end."""
    started = [Racer(*command) for command in commands]
    try:
        for racer in started:
            racer.await_ready()
        yield started
    finally:
        for racer in started:
            racer.end()
