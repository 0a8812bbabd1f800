"""PostgreSQL and Valkey for the length of a test run: quick to make, and gone at the end."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.credentials import Credentials
from devstack.places import Places
from devstack.ports import free_port
from devstack.servers import ServerPlan, start_postgres, start_valkey
from devstack.supervisor import Supervisor


@contextmanager
def servers(places: Places) -> Iterator[dict[str, str]]:
    """Yield DATABASE_URL and REDIS_URL: the environment's, or of servers that are started here."""
    _sweep(places.data)
    scratch = places.data / f"test-{os.getpid()}"
    scratch.mkdir(mode=0o711)
    supervisor = Supervisor(log=scratch, report=lambda _event: None)
    plan = ServerPlan(
        home=scratch,
        store=places.data,
        ports={"postgres": free_port(), "valkey": free_port()},
        keys=Credentials(),
        durable=False,
    )
    try:
        redis_url = start_valkey(supervisor, plan)
        yield {"REDIS_URL": redis_url, "DATABASE_URL": start_postgres(supervisor, plan)}
    finally:
        supervisor.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _sweep(data: Path) -> None:
    """Remove what killed test runs have left."""
    for leftover in data.glob("test-*"):
        if not _is_alive(leftover.name.removeprefix("test-")):
            shutil.rmtree(leftover, ignore_errors=True)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
