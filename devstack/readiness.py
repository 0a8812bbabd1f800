"""Asks a process over HTTP whether it is up."""

from http.client import HTTPConnection, HTTPException

from devstack.ports import LOOPBACK


def answers_ok(port: int, path: str) -> bool:
    """Tell whether GET `path` on this machine's `port` answers 200 within two seconds."""
    connection = HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
