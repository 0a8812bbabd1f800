"""Removes what a demo has left: its data alone, or everything."""

import hashlib
import os
import shutil
from pathlib import Path

from devstack.credentials import Credentials
from devstack.failures import DevstackError
from devstack.places import Places, data_dir
from devstack.running import is_running, lock_of

_SERVER_DATA = ("postgres", "valkey")
_FILES = ("sandbox.sqlite3*", "demo*.json", "beat-schedule*", "secrets.json")


def remove_demo_data(places: Places) -> None:
    """Remove databases, sandbox state and secrets; ports are kept so that addresses stay the same.

    Raises DevstackError when the data is in a database that is not ours.
    """
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if given:
        raise DevstackError(
            f"{' and '.join(given)} is set: that server is yours to empty, not ours"
        )
    _remove_server_data(places)
    _marker(places).unlink(missing_ok=True)
    for pattern in _FILES:
        for path in places.var.glob(pattern):
            path.unlink()


def remove_everything(root: Path) -> None:
    """Remove `var/` and the servers' directory. Raises DevstackError while a demo is running."""
    if is_running(lock_of(root / "var")):
        raise DevstackError("a demo is running in this checkout; stop it first")
    for path in {root / "var", data_dir(root)}:
        if path.exists():
            shutil.rmtree(path)


def forget_foreign_data(places: Places, keys: Credentials) -> bool:
    """Remove server data whose passwords are lost, and tell whether there was any.

    That happens when a checkout is deleted and cloned again while root's data stays in /var/tmp.
    """
    marker = _marker(places)
    ours = hashlib.sha256(keys.postgres_password.encode()).hexdigest()
    theirs = marker.read_text(encoding="ascii") if marker.exists() else ours
    foreign = theirs != ours
    if foreign:
        _remove_server_data(places)
    marker.write_text(ours, encoding="ascii")
    return foreign


def _marker(places: Places) -> Path:
    """The file that tells whose passwords the servers' data has."""
    return places.data / "checkout"


def _remove_server_data(places: Places) -> None:
    for name in _SERVER_DATA:
        shutil.rmtree(places.data / name, ignore_errors=True)
