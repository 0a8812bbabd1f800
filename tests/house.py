"""A whole Stepwell for tests: real servers and processes on free ports, with data of its own."""

import os
import shutil
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from devstack import places
from devstack.credentials import Credentials
from devstack.ports import free_port
from devstack.processes import Process
from devstack.restarts import RestartLimit
from devstack.servers import ServerPlan, start_postgres, start_valkey
from devstack.stack import Stack
from devstack.supervisor import Supervisor

POLL_SECONDS = 3
TAP_COOLDOWN_SECONDS = 1
_MANY_DEATHS = partial(RestartLimit, times=1000, first_wait=0.2)


@dataclass(frozen=True, kw_only=True)
class QuickStack(Stack):
    """The demo's stack, impatient: polls often, lets people tap again at once."""

    poll_seconds: int

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "POLL_INTERVAL_SECONDS": str(self.poll_seconds),
            "TAP_COOLDOWN_SECONDS": str(TAP_COOLDOWN_SECONDS),
            "LOGIN_RATE": "1000/m/ip",
            "API_RATE": "100000/min",
        }


class House:
    """The running processes; dead ones are started again while the test attends to them."""

    def __init__(self, home: Path, var: Path, *, poll_seconds: int = POLL_SECONDS) -> None:
        self.events: list[str] = []
        self.home, self.var, self.poll_seconds = home, var, poll_seconds
        (var / "log").mkdir(parents=True)
        self.supervisor = Supervisor(
            log=var / "log", report=self.events.append, new_limit=_MANY_DEATHS
        )

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        self.stack = self._servers()
        self.supervisor.launch(self.stack.sandbox())
        self.supervisor.run(self.stack.migrate())
        self.supervisor.start(self.stack.web(), *self.stack.background())

    def _servers(self) -> QuickStack:
        found = places.find()
        ports = {}
        for name in ("web", "sandbox", "postgres", "valkey"):
            ports[name] = free_port(ports.values())
        keys = Credentials()
        # `durable` also here: some tests kill these servers and nothing may be lost.
        plan = ServerPlan(home=self.home, store=found.data, ports=ports, keys=keys, durable=True)
        with pytest.MonkeyPatch.context() as environment:
            # The servers the test run itself was given are not to be killed.
            environment.delenv("DATABASE_URL", raising=False)
            environment.delenv("REDIS_URL", raising=False)
            return QuickStack(
                places=replace(found, var=self.var, data=self.home),
                ports=ports,
                keys=keys,
                redis_url=start_valkey(self.supervisor, plan),
                database_url=start_postgres(self.supervisor, plan),
                poll_seconds=self.poll_seconds,
            )

    @property
    def base_url(self) -> str:
        return self.stack.base_url

    @property
    def sandbox_url(self) -> str:
        return self.stack.sandbox_url

    def celery(self, *arguments: str) -> str:
        """Run a celery command, such as putting a periodic task on its queue now."""
        return self.run(self.process("celery", "-m", "celery", "-A", "config", *arguments))

    def process(self, name: str, *arguments: str, **env: str) -> Process:
        """Return a process with the application's environment."""
        process = self.stack.migrate()
        environment = dict(process.env) | env
        command = (process.command[0], *arguments)
        return replace(process, name=name, command=command, env=environment)

    def run(self, process: Process) -> str:
        log = self.var / "log" / f"{process.name}.log"
        log.unlink(missing_ok=True)
        self.supervisor.run(process)
        return log.read_text()

    def query(self, sql: str, *values):
        """Look into the database, past all of the application."""
        with psycopg.connect(self.stack.database_url, autocommit=True) as connection:
            return connection.execute(sql, values).fetchall()

    def kill(self, name: str) -> None:
        """Kill a process and what it has started, as hard as it gets."""
        os.killpg(self.supervisor.children[name].popen.pid, signal.SIGKILL)

    def is_running(self, name: str) -> bool:
        return self.supervisor.children[name].popen.poll() is None

    @contextmanager
    def frozen(self, name: str):
        """Let a process hang meanwhile: it takes connections and never answers."""
        group = self.supervisor.children[name].popen.pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def attend(self, seconds: float) -> None:
        """Let time pass while dead processes are started again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.supervisor.wait()

    def attend_until(self, condition, seconds: float = 30) -> None:
        """Let time pass until the condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
            self.supervisor.wait()

    def stop(self) -> None:
        self.supervisor.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def scratch() -> Path:
    """Return a place for servers' data: PostgreSQL may run as somebody who cannot see pytest's."""
    parent = places.find().data / f"test-{os.getpid()}"
    parent.mkdir(mode=0o711, exist_ok=True)
    home = parent / f"house-{time.monotonic_ns()}"
    home.mkdir(mode=0o711)
    return home
