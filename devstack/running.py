"""One demo per checkout: a lock that the system takes back however the holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.failures import DevstackError


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the lock file. Raises DevstackError when another run of this checkout holds it."""
    with lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = lock.read_text(encoding="utf-8").strip()
            raise DevstackError(
                f"another demo is running in this checkout (process {holder}); stop it first"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def is_running(lock: Path) -> bool:
    """Tell whether a run of this checkout holds the lock."""
    if not lock.exists():
        return False
    with lock.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def lock_of(var: Path) -> Path:
    """Return the lock file of the checkout whose `var/` this is."""
    return var / "demo.lock"
