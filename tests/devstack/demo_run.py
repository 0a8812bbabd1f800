"""Runs `python -m devstack demo` on a stand-in application, as a person would."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from devstack.places import ROOT, data_dir
from tests.devstack.children import eventually, is_alive

STANDIN = Path(__file__).parent / "standin"
_UNSET = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "PYTEST_XDIST_WORKER")


def make_checkout(folder: Path) -> Path:
    """Copy devstack and the stand-in application to a new checkout with a blank in its path."""
    checkout = folder / "check out"
    shutil.copytree(STANDIN, checkout, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        ROOT / "devstack", checkout / "devstack", ignore=shutil.ignore_patterns("__pycache__")
    )
    return checkout


def remove_checkout(checkout: Path) -> None:
    """Remove a checkout with the data root's servers keep elsewhere."""
    shutil.rmtree(data_dir(checkout), ignore_errors=True)
    shutil.rmtree(checkout, ignore_errors=True)


def devstack(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a devstack command to its end."""
    return subprocess.run(
        _command(*arguments),
        cwd=checkout,
        env=_env(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def processes_of(checkout: Path) -> list[int]:
    """Return the processes that name the checkout, or its servers' data, or work in it."""
    marks = (os.fsencode(checkout), os.fsencode(data_dir(checkout)))
    return [pid for pid in _all_pids() if is_alive(pid) and _belongs(pid, marks)]


class DemoRun:
    """A demo that runs in the background; its output is collected line by line."""

    def __init__(self, checkout: Path, *arguments: str) -> None:
        self.checkout = checkout
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            _command(*(arguments or ("demo",))),
            cwd=checkout,
            env=_env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def output(self) -> str:
        """Everything it has printed."""
        return "".join(list(self.lines))

    def says(self, text: str, *, seconds: float = 60) -> bool:
        """Wait until `text` is printed, or the demo has ended; tell whether it is there."""
        ended = self.process.poll
        eventually(lambda: text in self.output or ended() is not None, seconds=seconds)
        return text in self.output

    def send(self, number: signal.Signals, *, seconds: float = 20) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reader.join(seconds)
        return code

    def close(self) -> None:
        """End it whatever state it is in."""
        self.send(signal.SIGKILL)
        if self.process.stdout is not None:
            self.process.stdout.close()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "devstack", *arguments]


def _env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _UNSET}


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _belongs(pid: int, marks: tuple[bytes, ...]) -> bool:
    proc = Path(f"/proc/{pid}")
    try:
        facts = (proc / "cmdline").read_bytes() + os.fsencode((proc / "cwd").readlink())
    except OSError:
        return False
    return any(mark in facts for mark in marks)
