"""A whole Stepwell for the benchmarks: durable servers of its own in a temporary directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.ground import own_ground, start_servers, use_django
from devstack.ports import LOOPBACK
from devstack.processes import Process
from devstack.readiness import answers_ok
from devstack.stack import WEB, Stack
from devstack.supervisor import Supervisor


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
    with own_ground(logs="bench") as ground:
        supervisor = _supervisor(ground.places.log)
        try:
            stack = start_servers(supervisor, ground, BenchStack)
            use_django(stack, process_name="bench")
            yield House(stack, supervisor)
        finally:
            supervisor.stop()


def _supervisor(log: Path) -> Supervisor:
    return Supervisor(log=log, report=lambda _event: None)
