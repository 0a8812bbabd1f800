"""A load client as a process of its own: raw sockets, prepared requests, next to no CPU.

Run as ``python -m bench.client <file>``. It prints "ready", waits for a line on its input, sends,
and prints what it saw as one line of JSON. It imports the standard library only.
"""

import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

_LENGTH_BYTES = 4
_RECEIVE = 65536
_TIMEOUT_SECONDS = 60


@dataclass
class Job:
    """What to send: each request once, or the whole list over and over for `seconds`.

    `clients` send at the same time; each opens a new connection after `per_connection` requests.
    """

    port: int
    clients: int
    per_connection: int
    seconds: float | None
    requests: list[bytes] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write the job to a file."""
        head = {name: value for name, value in vars(self).items() if name != "requests"}
        with path.open("wb") as file:
            file.write(json.dumps(head).encode() + b"\n")
            for request in self.requests:
                file.write(len(request).to_bytes(_LENGTH_BYTES, "big") + request)


def read_job(path: Path) -> Job:
    """Read what ``Job.write`` has written."""
    with path.open("rb") as file:
        job = Job(**json.loads(file.readline()))
        while length := file.read(_LENGTH_BYTES):
            job.requests.append(file.read(int.from_bytes(length, "big")))
    return job


class Client(threading.Thread):
    """One of the clients: sends the next request as soon as the last one is answered."""

    def __init__(self, job: Job, places: "count[int]") -> None:
        super().__init__(daemon=True)
        self._job = job
        self._places = places
        self._socket: socket.socket | None = None
        self.seconds: list[float] = []
        self.refused: list[str] = []

    def run(self) -> None:
        """Send until the list or the time is over, or an answer is not 200."""
        deadline = None if self._job.seconds is None else time.monotonic() + self._job.seconds
        for sent, place in enumerate(self._places):
            over = place >= len(self._job.requests) if deadline is None else _is_over(deadline)
            if over or self.refused:
                break
            if sent % self._job.per_connection == 0:
                self._hang_up()
            self._time_one(self._job.requests[place % len(self._job.requests)])
        self._hang_up()

    def _time_one(self, request: bytes) -> None:
        """Send one request; connecting, where it has to be done first, is part of its time."""
        begun = time.perf_counter()
        try:
            if self._socket is None:
                self._socket = _connected(self._job.port)
            self._socket.sendall(request)
            status, body = _answer(self._socket)
        except OSError as error:
            self.refused.append(repr(error))
            return
        self.seconds.append(time.perf_counter() - begun)
        if status != b"200":
            self.refused.append(f"{status.decode()} {body[:300].decode(errors='replace')}")

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _is_over(deadline: float) -> bool:
    return time.monotonic() >= deadline


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read one answer; raises OSError when there is none."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += _some(connection)
    head, _, body = head.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += _some(connection)
    return head.split(None, 2)[1], body


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(_RECEIVE)
    if not data:
        raise ConnectionError("the server hung up")
    return data


def _send_all(job: Job) -> dict[str, Any]:
    places = count()
    clients = [Client(job, places) for _ in range(job.clients)]
    begun = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return {
        "wall": time.perf_counter() - begun,
        "seconds": [each for client in clients for each in client.seconds],
        "refused": [each for client in clients for each in client.refused],
        "cpu": time.process_time(),
    }


def main() -> None:
    """Send what the file named on the command line holds."""
    job = read_job(Path(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(_send_all(job)), flush=True)


if __name__ == "__main__":
    main()
