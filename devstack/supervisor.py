"""Starts processes in order, keeps them running and stops them in order."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NoReturn

from devstack.failures import DevstackError
from devstack.processes import Process, kill_group, popen, spawn, tail
from devstack.restarts import RestartLimit
from devstack.stopping import StopFlag

_LOOK_EVERY_SECONDS = 0.05


class ProcessFailedError(DevstackError):
    """A process did not start, or died too often. The message ends with the tail of its log."""


@dataclass
class Child:
    """A process that should be running.

    `deadline` is when it has to be up; `start_at` is set while it waits to be started again.
    """

    process: Process
    popen: subprocess.Popen[bytes]
    limit: RestartLimit
    deadline: float
    ready: bool
    start_at: float | None = None


@dataclass
class Supervisor:
    """All children of one run. Use it from the main thread, and always end with `stop`."""

    log: Path
    report: Callable[[str], None]
    stop_flag: StopFlag = field(default_factory=StopFlag)
    new_limit: Callable[[], RestartLimit] = RestartLimit
    children: dict[str, Child] = field(default_factory=dict)

    def run(self, process: Process, *, show_output: bool = False) -> None:
        """Run a process to its end, its output to its log or to our own.

        Raises ProcessFailedError when it fails, StopRequestedError when it has to be broken off.
        """
        running = popen(process, None) if show_output else spawn(process, self._log_of(process))
        try:
            while running.poll() is None:
                self.wait()
        finally:
            _ask_to_stop(process, running)
            _end(running, seconds=process.stop_seconds)
        if running.returncode:
            log = "" if show_output else self._tail(process)
            raise ProcessFailedError(f"{process.name} {_fate(running.returncode)}{log}")

    def launch(self, *processes: Process) -> None:
        """Start processes without waiting for them."""
        for process in processes:
            self.children[process.name] = Child(
                process=process,
                popen=spawn(process, self._log_of(process)),
                limit=self.new_limit(),
                deadline=time.monotonic() + process.ready_seconds,
                ready=process.ready is None,
            )

    def start(self, *processes: Process) -> None:
        """Start processes, and wait until these and the ones launched before are up.

        Raises ProcessFailedError when one dies before it was up, or does not come up in time.
        """
        self.launch(*processes)
        for child in self.children.values():
            self._await_ready(child)

    def _await_ready(self, child: Child) -> None:
        process = child.process
        while not child.ready:
            self.wait()
            child.ready = process.ready is None or process.ready(child.popen.pid)
            if not child.ready and time.monotonic() > child.deadline:
                raise ProcessFailedError(f"{process.name} did not come up{self._tail(process)}")

    def watch(self) -> NoReturn:
        """Keep everything running until a stop is asked for, which raises StopRequestedError."""
        while True:
            self.wait()

    def wait(self, seconds: float = _LOOK_EVERY_SECONDS) -> None:
        """Pause, then look after the children; every wait of a run goes through here.

        Raises StopRequestedError when a stop is asked for, ProcessFailedError for a hopeless child.
        """
        self.stop_flag.pause(seconds)
        for child in self.children.values():
            self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if child.start_at is not None:
            if time.monotonic() >= child.start_at:
                self._start_again(child)
        elif child.popen.poll() is not None:
            self._note_death(child)

    def _note_death(self, child: Child) -> None:
        name, fate = child.process.name, _fate(child.popen.returncode)
        kill_group(child.popen.pid)
        if not child.ready:
            raise ProcessFailedError(f"{name} {fate} at start{self._tail(child.process)}")
        now = time.monotonic()
        seconds = child.limit.wait_after_death(now)
        if seconds is None:
            raise ProcessFailedError(f"{name} {fate} again and again{self._tail(child.process)}")
        self.report(
            f"{name} {fate}; starting it again in {seconds:g} s ({self._log_of(child.process)})"
        )
        child.start_at = now + seconds

    def _start_again(self, child: Child) -> None:
        child.popen = spawn(child.process, self._log_of(child.process))
        child.start_at = None
        self.report(f"{child.process.name} started again")

    def stop(self) -> None:
        """Stop everything: rank by rank, the last started first; what does not go is killed."""
        by_rank = sorted(self.children.values(), key=_stop_rank)
        for _rank, group in groupby(by_rank, key=_stop_rank):
            _stop_together([*group][::-1])
        self.children.clear()

    def _log_of(self, process: Process) -> Path:
        return self.log / f"{process.name}.log"

    def _tail(self, process: Process) -> str:
        log = self._log_of(process)
        return f"; the end of {log}:\n{tail(log)}"


def _stop_rank(child: Child) -> int:
    return child.process.stop_rank


def _stop_together(children: list[Child]) -> None:
    for child in children:
        _ask_to_stop(child.process, child.popen)
    asked = time.monotonic()
    for child in children:
        _end(child.popen, seconds=asked + child.process.stop_seconds - time.monotonic())


def _ask_to_stop(process: Process, running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        running.send_signal(process.stop_signal)


def _end(running: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Wait for `running`, then kill what is left of it and of all it has started."""
    try:
        running.wait(max(seconds, 0))
    except subprocess.TimeoutExpired:
        kill_group(running.pid)
        running.wait()
    kill_group(running.pid)


def _fate(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by signal {-returncode}"
    return f"ended with status {returncode}"
