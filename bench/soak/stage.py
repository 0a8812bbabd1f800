"""All of Stepwell under one supervisor, which starts again whatever dies."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import django

from bench.house import BenchStack
from devstack import environment, places
from devstack.credentials import Credentials
from devstack.places import Places
from devstack.ports import free_port
from devstack.restarts import RestartLimit
from devstack.servers import ServerPlan, start_postgres, start_valkey
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
    found = places.find()
    scratch = found.data / f"bench-{os.getpid()}"
    (scratch / "log").mkdir(mode=0o711, parents=True)
    scratch.chmod(0o711)
    supervisor = Supervisor(log=scratch / "log", report=lambda _event: None, new_limit=_MANY_DEATHS)
    try:
        stack = _servers(supervisor, replace(found, var=scratch), found.data, poll_seconds)
        os.environ.update(environment.kept() | stack.environment() | {"PROCESS_NAME": "soak"})
        django.setup()
        supervisor.launch(stack.sandbox())
        supervisor.start(stack.web(), *stack.background())
        yield Stage(stack, supervisor)
    finally:
        supervisor.stop()
        _keep_logs(scratch / "log", found.log / "soak")
        shutil.rmtree(scratch, ignore_errors=True)


def _servers(supervisor: Supervisor, scratch: Places, store: Path, poll_seconds: int) -> SoakStack:
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        os.environ.pop(name, None)  # never a server that somebody else works with
    ports: dict[str, int] = {}
    for name in ("web", "sandbox", "postgres", "valkey"):
        ports[name] = free_port(ports.values())
    keys = Credentials()
    plan = ServerPlan(home=scratch.var, store=store, ports=ports, keys=keys, durable=True)
    stack = SoakStack(
        places=scratch,
        ports=ports,
        keys=keys,
        redis_url=start_valkey(supervisor, plan),
        database_url=start_postgres(supervisor, plan),
        poll_seconds=poll_seconds,
    )
    supervisor.run(stack.migrate())
    return stack


def _keep_logs(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=shutil.copyfile)
