"""Connections whose answers must be complete by a deadline, however slowly a server drips.

A read timeout alone only bounds the silence between two bytes: a server sending one byte every nine
seconds would hold a worker thread for hours, in the headers as well as in the body. Celery's thread
pool cannot kill a thread, so the socket itself has to give up.
"""

import http.client
import io
import socket
from functools import partial
from time import monotonic
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class _TimedReader(io.RawIOBase):
    """The bytes of a socket until ``deadline`` (monotonic seconds), then ``TimeoutError``."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._sock = sock
        self._silence = sock.gettimeout()
        self._deadline = deadline
        # makefile counts itself as a user of the socket, which keeps the socket open until the
        # answer has been read even when the connection object is closed before.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Tell ``BufferedReader`` that reading is what this is for."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read once, waiting for the shorter of the allowed silence and the time left."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not complete by its deadline")
        self._sock.settimeout(left if self._silence is None else min(self._silence, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Give the socket back."""
        self._raw.close()
        super().close()


class _TimedSocket:
    """What ``http.client`` needs of a socket to parse an answer."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, *_: Any) -> io.BufferedReader:
        """Open the socket for timed, buffered reading."""
        return io.BufferedReader(_TimedReader(self._sock, self._deadline))


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **kwargs: Any) -> None:
        super().__init__(_TimedSocket(sock, deadline), *args, **kwargs)  # type: ignore[arg-type]


class _Timed:
    """Starts the clock of a connection with each request."""

    total_seconds: float

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send, with the answer due ``total_seconds`` from now."""
        deadline = monotonic() + self.total_seconds
        self.response_class = partial(_TimedResponse, deadline=deadline)
        super().request(*args, **kwargs)  # type: ignore[misc]


def pool_classes(total_seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by URL scheme; every answer is due ``total_seconds`` after the request."""
    plain = type("TimedHttp", (_Timed, HTTPConnection), {"total_seconds": total_seconds})
    secure = type("TimedHttps", (_Timed, HTTPSConnection), {"total_seconds": total_seconds})
    return {
        "http": type("TimedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TimedTlsPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
