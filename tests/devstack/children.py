"""Small processes to supervise."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from devstack.processes import Process


def python(name: str, code: str, cwd: Path, **options: object) -> Process:
    """Return a process that runs `code`."""
    command = (sys.executable, "-c", code)
    return Process(name=name, command=command, env={}, cwd=cwd, **options)  # type: ignore[arg-type]


def sleeper(name: str, cwd: Path, **options: object) -> Process:
    """Return a process that does nothing for a long time."""
    return python(name, "import time; time.sleep(600)", cwd, **options)


def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Tell whether `condition` becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
