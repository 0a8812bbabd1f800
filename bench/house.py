"""A whole Stepwell for the benchmarks: durable servers of its own in a temporary directory."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import django

from devstack import environment, places
from devstack.credentials import Credentials
from devstack.places import Places
from devstack.ports import LOOPBACK, free_port
from devstack.processes import Process
from devstack.readiness import answers_ok
from devstack.servers import ServerPlan, start_postgres, start_valkey
from devstack.stack import WEB, Stack
from devstack.supervisor import Supervisor

_PORTS = ("web", "sandbox", "postgres", "valkey")


@dataclass(frozen=True, kw_only=True)
class BenchStack(Stack):
    """Production's processes; nothing comes due by itself while something is measured."""

    def environment(self) -> dict[str, str]:
        """Return the demo's environment with production's pace."""
        return super().environment() | {
            "POLL_INTERVAL_SECONDS": "3600",
            "TAP_COOLDOWN_SECONDS": "0",
            "LOG_LEVEL": "WARNING",
        }

    def web(self) -> Process:
        """The web server as in production, with the bare addresses added."""
        port = self.ports["web"]
        command = [word.replace("config.wsgi", "bench.wsgi") for word in WEB]
        process = self._process("web", "-m", *command, "--bind", f"{LOOPBACK}:{port}")
        return replace(process, ready=lambda _pid: answers_ok(port, "/healthz"))

    def worker(self, name: str) -> Process:
        """One of the worker processes."""
        return next(each for each in self.background() if each.name == name)


class House:
    """The servers, which run all the time, and processes that run while somebody needs them."""

    def __init__(self, stack: BenchStack, supervisor: Supervisor) -> None:
        self.stack = stack
        self._supervisor = supervisor

    @property
    def web_port(self) -> int:
        """Where the web server listens while it runs."""
        return self.stack.ports["web"]

    @property
    def server_pids(self) -> list[int]:
        """The processes of PostgreSQL and Valkey that were started first."""
        return [child.popen.pid for child in self._supervisor.children.values()]

    @property
    def database_pid(self) -> int:
        """PostgreSQL's first process."""
        return self._supervisor.children["postgres"].popen.pid

    @contextmanager
    def running(self, *processes: Process) -> Iterator[list[int]]:
        """Run processes and yield their ids; they are stopped at the end."""
        supervisor = _supervisor(self.stack.places.log)
        try:
            supervisor.start(*processes)
            yield [child.popen.pid for child in supervisor.children.values()]
        finally:
            supervisor.stop()

    @contextmanager
    def web(self) -> Iterator[list[int]]:
        """Run the web server; yields the processes of a request: web and database."""
        with self.running(self.stack.web()) as pids:
            yield [*pids, self.database_pid]


@contextmanager
def open_house() -> Iterator[House]:
    """Start the servers, make the tables, and let this process use Django; stop all at the end."""
    found = places.find()
    _sweep(found.data)
    scratch = found.data / f"bench-{os.getpid()}"
    (scratch / "log").mkdir(mode=0o711, parents=True)
    scratch.chmod(0o711)
    supervisor = _supervisor(scratch / "log")
    try:
        stack = _start(supervisor, replace(found, var=scratch), store=found.data)
        _use_django(stack)
        yield House(stack, supervisor)
    finally:
        supervisor.stop()
        _keep_logs(scratch / "log", found.log / "bench")
        shutil.rmtree(scratch, ignore_errors=True)


def _keep_logs(source: Path, target: Path) -> None:
    """Move the logs to where one looks for them, in the place of the last run's."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=shutil.copyfile)


def _start(supervisor: Supervisor, scratch: Places, *, store: Path) -> BenchStack:
    # Never a server somebody else works with: the benchmarks fill and empty tables.
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        os.environ.pop(name, None)
    ports = _ports(_PORTS)
    keys = Credentials()
    plan = ServerPlan(home=scratch.var, store=store, ports=ports, keys=keys, durable=True)
    stack = BenchStack(
        places=scratch,
        ports=ports,
        keys=keys,
        redis_url=start_valkey(supervisor, plan),
        database_url=start_postgres(supervisor, plan),
    )
    supervisor.run(stack.migrate())
    return stack


def _ports(names: Sequence[str]) -> dict[str, int]:
    ports: dict[str, int] = {}
    for name in names:
        ports[name] = free_port(ports.values())
    return ports


def _use_django(stack: BenchStack) -> None:
    os.environ.update(environment.kept() | stack.environment() | {"PROCESS_NAME": "bench"})
    django.setup()


def _supervisor(log: Path) -> Supervisor:
    return Supervisor(log=log, report=lambda _event: None)


def _sweep(data: Path) -> None:
    """Remove what killed runs have left."""
    for leftover in data.glob("bench-*"):
        if not Path(f"/proc/{leftover.name.removeprefix('bench-')}").exists():
            shutil.rmtree(leftover, ignore_errors=True)
