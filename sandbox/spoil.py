"""What a failing network and a failing server do to an answer, whatever the provider."""

import os
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any
from wsgiref.types import WSGIEnvironment

import msgspec
from werkzeug.wrappers import Response

from sandbox.faults import Fault

HUGE = 10**30
HTML = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head>"
    "<body><h1>Welcome to the hotel network</h1></body></html>"
)


class NoAnswer(Exception):  # not an error: the wanted outcome
    """The connection is to be dropped without an answer."""


def html_page() -> Response:
    """A captive portal's answer: 200, and not JSON."""
    return Response(HTML, mimetype="text/html")


def empty_body() -> Response:
    """200 with nothing in it."""
    return Response(b"", mimetype="application/json")


def broken(fault: Fault) -> Response | None:
    """What the network makes of a call; None leaves the failure to the provider's own words.

    Raises NoAnswer when there is to be no answer at all.
    """
    if fault.kind == "timeout":
        wait(fault)
        raise NoAnswer
    if fault.kind == "connection_reset":
        raise NoAnswer
    pages = {"html_200": html_page, "empty_body": empty_body}
    return pages[fault.kind]() if fault.kind in pages else None


def wait(fault: Fault) -> None:
    """Hold the request for the fault's seconds."""
    time.sleep(fault.seconds)


def spoilt(fault: Fault, response: Response, environ: WSGIEnvironment) -> Response:
    """The answer after the fault had its way with it."""
    if fault.kind == "slow_body":
        return _with_body(response, _trickle(response.get_data(), fault.seconds))
    if fault.kind == "cut_body":
        return _with_body(response, _half(response.get_data(), environ))
    if fault.kind == "wrong_types":
        response.set_data(msgspec.json.encode(_mistyped(_json(response))))
    elif fault.kind == "huge_numbers":
        response.set_data(msgspec.json.encode(_enlarged(_json(response))))
    return response


def _json(response: Response) -> Any:
    try:
        return msgspec.json.decode(response.get_data())
    except msgspec.DecodeError:
        return {}


def _with_body(response: Response, body: Iterator[bytes]) -> Response:
    length = str(len(response.get_data()))
    late = Response(body, status=response.status, headers=response.headers, direct_passthrough=True)
    late.headers["Content-Length"] = length
    return late


def _trickle(data: bytes, seconds: float) -> Iterator[bytes]:
    pieces = 10
    step = max(1, -(-len(data) // pieces))
    for start in range(0, len(data), step):
        time.sleep(seconds / pieces)
        yield data[start : start + step]


def _half(data: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    yield data[: max(1, len(data) // 2)]
    hang_up(environ, reset=False)


def hang_up(environ: WSGIEnvironment, *, reset: bool) -> None:
    """Close the connection under the server: politely, or with a TCP reset."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if connection is None:
        return
    if reset:
        _reset(connection)
    else:
        connection.shutdown(socket.SHUT_RDWR)


def _reset(connection: socket.socket) -> None:
    """Send a TCP reset, and leave the server a dead descriptor of its own to close.

    Closing the descriptor here would let another thread's connection take its number.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    dead, peer = socket.socketpair()
    with dead, peer:
        os.dup2(dead.fileno(), connection.fileno())


def _mistyped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _mistyped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_mistyped(one) for one in value] or {}
    return [value] if isinstance(value, str) else str(value)


def _enlarged(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _enlarged(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_enlarged(one) for one in value]
    if isinstance(value, str):
        return str(HUGE) if value.isdigit() else value
    return HUGE if type(value) is int else value
