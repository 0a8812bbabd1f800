"""All of Stepwell under one supervisor, which starts again whatever dies."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bench.ground import own_ground, start_servers, use_django
from bench.house import BenchStack
from devstack.restarts import RestartLimit
from devstack.supervisor import Supervisor

_MANY_DEATHS = partial(RestartLimit, times=10_000, per_seconds=1, first_wait=0.2)


@dataclass(frozen=True, kw_only=True)
class SoakStack(BenchStack):
    """Production's processes, polling at the pace that was asked for."""

    poll_seconds: int

    def environment(self) -> dict[str, str]:
        """Return the benchmarks' environment with polling turned on."""
        return super().environment() | {
            "POLL_INTERVAL_SECONDS": str(self.poll_seconds),
            "API_RATE": "1000000/min",
        }


class Stage:
    """The running processes by name; the servers are among them."""

    def __init__(self, stack: SoakStack, supervisor: Supervisor) -> None:
        self.stack = stack
        self.supervisor = supervisor

    @property
    def names(self) -> list[str]:
        """Who can be killed: everybody but the stand-in providers, which only play the world."""
        return [name for name in self.supervisor.children if name != "sandbox"]

    def kill(self, name: str) -> None:
        """Kill a process and all it has started, as hard as it gets."""
        os.killpg(self.supervisor.children[name].popen.pid, signal.SIGKILL)

    def attend(self, seconds: float) -> None:
        """Let time pass while dead processes are started again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.supervisor.wait()


@contextmanager
def open_stage(*, poll_seconds: int) -> Iterator[Stage]:
    """Start everything in a directory of its own; this process may use Django meanwhile."""
    with own_ground(logs="soak") as ground:
        log = ground.places.log
        supervisor = Supervisor(log=log, report=lambda _event: None, new_limit=_MANY_DEATHS)
        try:
            make = partial(SoakStack, poll_seconds=poll_seconds)
            stack = start_servers(supervisor, ground, make)
            use_django(stack, process_name="soak")
            supervisor.launch(stack.sandbox())
            supervisor.start(stack.web(), *stack.background())
            yield Stage(stack, supervisor)
        finally:
            supervisor.stop()
