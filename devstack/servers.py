"""Starts PostgreSQL and Valkey, or takes the ones the environment names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from devstack import postgres, valkey
from devstack.accounts import server_account
from devstack.credentials import Credentials
from devstack.supervisor import Supervisor


@dataclass(frozen=True, kw_only=True)
class ServerPlan:
    """Where and how our own servers run: data below `home`, copies of programs in `store`.

    With `durable` off they are quick and keep nothing over a crash.
    """

    home: Path
    store: Path
    ports: Mapping[str, int]
    keys: Credentials
    durable: bool


def start_postgres(supervisor: Supervisor, plan: ServerPlan) -> str:
    """Return the URL of a running database: DATABASE_URL when it is set, else of our own server."""
    given = os.environ.get("DATABASE_URL")
    if given:
        supervisor.report(f"PostgreSQL of DATABASE_URL: {where(given)}")
        return given
    server = postgres.prepare(
        data=plan.home,
        store=plan.store,
        port=plan.ports["postgres"],
        password=plan.keys.postgres_password,
        account=server_account(),
        durable=plan.durable,
    )
    postgres.await_previous(server.data)
    postgres.create_cluster(server, supervisor.run)
    supervisor.start(postgres.serve(server))
    postgres.create_database(server)
    supervisor.report(f"PostgreSQL runs on port {server.port}")
    return postgres.url(port=server.port, password=server.password)


def start_valkey(supervisor: Supervisor, plan: ServerPlan) -> str:
    """Return the URL of a running Redis: REDIS_URL when it is set, else of our own Valkey."""
    given = os.environ.get("REDIS_URL")
    if given:
        supervisor.report(f"Redis of REDIS_URL: {where(given)}")
        return given
    server = valkey.prepare(
        data=plan.home,
        store=plan.store,
        port=plan.ports["valkey"],
        password=plan.keys.valkey_password,
        account=server_account(),
        durable=plan.durable,
    )
    supervisor.start(valkey.serve(server))
    supervisor.report(f"Valkey runs on port {server.port}")
    return valkey.url(port=server.port, password=server.password)


def where(url: str) -> str:
    """Return a URL without user and password, for a message."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def with_database(url: str, number: int) -> str:
    """Return a Redis URL with another database number."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
