"""Ports on the loopback address: the usual one when it is free, else another, and remembered."""

import json
import random
import socket
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from devstack.failures import DevstackError

LOOPBACK = "127.0.0.1"
# Below the range from which Linux and macOS take the ports of outgoing connections, so that a
# server that is restarted does not find its port in use by a client.
SPARE_PORTS = range(20000, 30000)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: Iterable[int] = ()) -> int:
    """Return a free port that is none of `taken`. Raises DevstackError when there is none."""
    refused = set(taken)
    for port in random.sample(SPARE_PORTS, 200):
        if port not in refused and is_free(port):
            return port
    raise DevstackError("found no free port between 20000 and 29999 on 127.0.0.1")


def choose(path: Path, usual: dict[str, int | None], *, patience: float = 2) -> dict[str, int]:
    """Return a port for each name: the remembered, else the usual, else any, whichever is free.

    The choice is written to `path` for the next time. `usual` is None where any port will do. For
    the remembered ports it waits up to `patience` seconds, as the processes of a run that was
    killed may still be going down.
    """
    remembered = read(path)
    _await_free(remembered.values(), patience)
    chosen: dict[str, int] = {}
    for name, usual_port in usual.items():
        wishes = [port for port in (remembered.get(name), usual_port) if port]
        fitting = (port for port in wishes if port not in chosen.values() and is_free(port))
        chosen[name] = next(fitting, None) or free_port(chosen.values())
    path.write_text(json.dumps(chosen) + "\n", encoding="utf-8")
    return chosen


def _await_free(ports: Collection[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not all(map(is_free, ports)) and time.monotonic() < deadline:
        time.sleep(0.05)


def read(path: Path) -> dict[str, int]:
    """Return the remembered ports; none when there is no (readable) file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {name: port for name, port in entries if isinstance(port, int)}
