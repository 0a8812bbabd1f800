"""The two servers: reachable with the password only, on TCP only, whatever the path."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import redis

from devstack import places, postgres, servers, valkey
from devstack.accounts import server_account
from devstack.credentials import Credentials
from devstack.failures import DevstackError, StopRequestedError
from devstack.ports import LOOPBACK, free_port
from devstack.servers import ServerPlan
from devstack.supervisor import Supervisor
from tests.devstack.children import eventually


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A directory with blanks and quotes in its name, where the servers' account can reach it."""
    own = places.find().data / f"test-{os.getpid()}"
    own.mkdir(mode=0o711, exist_ok=True)
    home = own / f'a "b" {tmp_path.name}'
    home.mkdir(mode=0o711)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def plan(home: Path) -> ServerPlan:
    ports = {"postgres": free_port(), "valkey": free_port()}
    store = places.find().data
    return ServerPlan(home=home, store=store, ports=ports, keys=Credentials(), durable=False)


@pytest.fixture
def supervisor(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)
    supervisor = Supervisor(log=home, report=lambda _: None)
    yield supervisor
    supervisor.stop()


def test_postgres_asks_for_the_password_and_has_no_socket_file(
    supervisor: Supervisor, plan: ServerPlan
):
    url = servers.start_postgres(supervisor, plan)
    with psycopg.connect(url) as connection:
        facts = connection.execute(
            "SELECT current_setting('unix_socket_directories'), current_setting('TimeZone'),"
            " current_setting('listen_addresses'), upper('ä')"
        ).fetchone()
    assert facts == ("", "UTC", LOOPBACK, "Ä")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(plan.keys.postgres_password, "wrong"))


def test_postgres_keeps_its_data_over_a_restart(supervisor: Supervisor, plan: ServerPlan):
    url = servers.start_postgres(supervisor, plan)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept ()")
    supervisor.stop()
    with psycopg.connect(servers.start_postgres(supervisor, plan)) as connection:
        connection.execute("SELECT FROM kept")


def test_a_broken_off_first_start_leaves_nothing_in_the_way(
    supervisor: Supervisor, plan: ServerPlan
):
    supervisor.stop_flag.requested = True
    with pytest.raises(StopRequestedError):
        servers.start_postgres(supervisor, plan)
    assert not (plan.home / "postgres" / "pgdata").exists()
    assert not (plan.home / "postgres" / "password.new").exists()
    supervisor.stop_flag.requested = False
    with psycopg.connect(servers.start_postgres(supervisor, plan)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_server_is_started_again_with_its_data(supervisor: Supervisor, plan: ServerPlan):
    url = servers.start_postgres(supervisor, replace(plan, durable=True))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept ()")
    killed = supervisor.children["postgres"].popen
    killed.kill()
    killed.wait()

    def is_back() -> bool:
        supervisor.wait()
        pid = supervisor.children["postgres"].popen.pid
        return pid != killed.pid and postgres.is_ready(plan.home / "postgres" / "pgdata", pid)

    assert eventually(is_back)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT FROM kept")


def test_data_of_another_major_version_is_not_touched(supervisor: Supervisor, plan: ServerPlan):
    data = plan.home / "postgres" / "pgdata"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(DevstackError, match="made by PostgreSQL 15"):
        servers.start_postgres(supervisor, plan)


def test_valkey_asks_for_the_password(supervisor: Supervisor, plan: ServerPlan):
    url = servers.start_valkey(supervisor, plan)
    with redis.Redis.from_url(servers.with_database(url, 200)) as client:
        assert client.ping()
    with socket.create_connection((LOOPBACK, plan.ports["valkey"])) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")


def test_valkey_is_not_up_while_nobody_listens_or_the_password_is_wrong(
    supervisor: Supervisor, plan: ServerPlan
):
    server = valkey.prepare(
        data=plan.home,
        store=plan.store,
        port=plan.ports["valkey"],
        password="right",
        account=server_account(),
        durable=True,
    )
    assert not valkey.is_ready(server)
    supervisor.start(valkey.serve(server))
    assert valkey.is_ready(server)
    other = valkey.ValkeyServer(**{**vars(server), "password": "wrong"})
    assert not valkey.is_ready(other)


def test_only_the_servers_account_can_read_their_directories(
    supervisor: Supervisor, plan: ServerPlan
):
    servers.start_valkey(supervisor, plan)
    folder = plan.home / "valkey"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "valkey.conf").stat().st_mode & 0o777 == 0o600
    account = server_account()
    assert folder.stat().st_uid == (account.uid if account else os.getuid())


def test_values_of_the_configuration_file_are_quoted():
    assert valkey.quoted(r'a "b\c') == r'"a \"b\\c"'


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("", False),
        ("77\n/d\n1\n5432\n\n127.0.0.1\n1 2\nstarting\n", False),
        ("77\n/d\n1\n5432\n\n127.0.0.1\n1 2\nready   \n", True),
        ("78\n/d\n1\n5432\n\n127.0.0.1\n1 2\nready   \n", False),
    ],
)
def test_postgres_is_up_when_its_pid_file_says_so(tmp_path: Path, text: str, ready: bool):
    (tmp_path / "postmaster.pid").write_text(text)
    assert postgres.is_ready(tmp_path, 77) is ready


def test_a_server_of_a_killed_run_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    postgres.await_previous(tmp_path, seconds=0)  # the pid is ours, but we do not work there
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DevstackError, match=f"process {os.getpid()}"):
        postgres.await_previous(tmp_path, seconds=0)


def test_servers_of_the_environment_are_used_and_named_without_password(
    tmp_path: Path, plan: ServerPlan, monkeypatch: pytest.MonkeyPatch
):
    events: list[str] = []
    supervisor = Supervisor(log=tmp_path, report=events.append)
    monkeypatch.setenv("DATABASE_URL", "postgres://u:secret@db:5432/x")
    monkeypatch.setenv("REDIS_URL", "rediss://:secret@cache:6379/0")
    assert servers.start_postgres(supervisor, plan) == "postgres://u:secret@db:5432/x"
    assert servers.start_valkey(supervisor, plan) == "rediss://:secret@cache:6379/0"
    assert events == [
        "PostgreSQL of DATABASE_URL: postgres://db:5432/x",
        "Redis of REDIS_URL: rediss://cache:6379/0",
    ]


def test_a_taken_port_is_reported_with_the_servers_own_words(
    supervisor: Supervisor, plan: ServerPlan
):
    with socket.socket() as holder:
        holder.bind((LOOPBACK, plan.ports["valkey"]))
        holder.listen()
        with pytest.raises(DevstackError, match="in use"):
            servers.start_valkey(supervisor, plan)
