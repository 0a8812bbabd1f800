"""Puts load on the web server from a client process, and says what came back."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.client import Job
from bench.cpu import cpu_seconds
from bench.racers import racers
from devstack.failures import DevstackError

JSON = "application/json"


class LoadRefused(DevstackError):
    """The server answered something else than 200, so there is nothing to measure."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Seconds of each request and of all of them, and the CPU seconds of the processes watched."""

    seconds: tuple[float, ...]
    wall: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.seconds) / self.wall

    def percentile_ms(self, percent: float) -> float:
        """Return the milliseconds in which `percent` of the requests were answered."""
        return percentile(self.seconds, percent) * 1000


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    place = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(place) - 1)]


def get(path: str, token: str) -> bytes:
    """Return a GET request as bytes."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )


def post(path: str, token: str, body: bytes, *, gzipped: bool = False) -> bytes:
    """Return a POST request with a JSON body as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {JSON}\r\nContent-Length: {len(body)}\r\n"
    )
    coding = "Content-Encoding: gzip\r\n" if gzipped else ""
    return f"{head}{coding}\r\n".encode() + body


def send(
    requests: Sequence[bytes],
    *,
    port: int,
    clients: int,
    watched: Sequence[int] = (),
    seconds: float | None = None,
    per_connection: int = 20,
) -> Answered:
    """Send every request once, or all of them over and over for `seconds`.

    `watched` are processes whose CPU time (with that of their children) is taken meanwhile.
    Raises LoadRefused when any answer is not 200.
    """
    job = Job(port, clients, per_connection, seconds, list(requests))
    with tempfile.NamedTemporaryFile() as file:
        job.write(Path(file.name))
        with racers([("bench.client", file.name)]) as (client,):
            before = cpu_seconds(watched)
            client.go()
            said = client.result()
            cpu = cpu_seconds(watched) - before
    if said["refused"]:
        raise LoadRefused(f"not every answer was 200: {said['refused'][0]}")
    return Answered(seconds=tuple(said["seconds"]), wall=said["wall"], cpu=cpu)
