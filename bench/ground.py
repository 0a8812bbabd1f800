"""Ground of its own for each run: a directory and durable servers that nobody else works with."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import django

from devstack import environment, places
from devstack.credentials import Credentials
from devstack.places import Places
from devstack.ports import free_port
from devstack.servers import ServerPlan, start_postgres, start_valkey
from devstack.stack import Stack
from devstack.supervisor import Supervisor

_PORTS = ("web", "sandbox", "postgres", "valkey")
_Stack = TypeVar("_Stack", bound=Stack)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a run has its data and logs, and where the servers' programs are kept."""

    places: Places
    store: Path


@contextmanager
def own_ground(*, logs: str) -> Iterator[Ground]:
    """Make a directory that is gone at the end; its logs are kept below ``var/log`` as ``logs``."""
    found = places.find()
    _sweep(found.data)
    scratch = found.data / f"bench-{os.getpid()}"
    (scratch / "log").mkdir(mode=0o711, parents=True)
    scratch.chmod(0o711)
    try:
        yield Ground(places=replace(found, var=scratch), store=found.data)
    finally:
        _keep_logs(scratch / "log", found.log / logs)
        shutil.rmtree(scratch, ignore_errors=True)


def start_servers(supervisor: Supervisor, ground: Ground, make: Callable[..., _Stack]) -> _Stack:
    """Start PostgreSQL and Valkey, and let ``make`` say what runs on them; makes the tables."""
    # Never a server somebody else works with: the benchmarks fill and empty tables.
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        os.environ.pop(name, None)
    ports: dict[str, int] = {}
    for name in _PORTS:
        ports[name] = free_port(ports.values())
    home, keys = ground.places.var, Credentials()
    plan = ServerPlan(home=home, store=ground.store, ports=ports, keys=keys, durable=True)
    stack = make(
        places=ground.places,
        ports=ports,
        keys=keys,
        redis_url=start_valkey(supervisor, plan),
        database_url=start_postgres(supervisor, plan),
    )
    supervisor.run(stack.migrate())
    return stack


def use_django(stack: Stack, *, process_name: str) -> None:
    """Let this process use Django as the stack's processes do."""
    os.environ.update(environment.kept() | stack.environment() | {"PROCESS_NAME": process_name})
    django.setup()


def _keep_logs(source: Path, target: Path) -> None:
    """Move the logs to where one looks for them, in the place of the last run's."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=shutil.copyfile)


def _sweep(data: Path) -> None:
    """Remove what killed runs have left."""
    for leftover in data.glob("bench-*"):
        if not Path(f"/proc/{leftover.name.removeprefix('bench-')}").exists():
            shutil.rmtree(leftover, ignore_errors=True)
