"""One child process: what it is, and how it is started so that it never outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devstack.accounts import Account

# Loaded before any fork: a child that has become `nobody` may not be able to read the standard
# library under root's home any more.
_PRCTL = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Process:
    """A command with everything the supervisor has to know about it.

    `ready` is asked with the process id until it says yes, for at most `ready_seconds`. Processes
    with a lower `stop_rank` are stopped before those with a higher one; after `stop_seconds` the
    rest is killed. `death_signal` is what the process gets when the supervisor itself is killed.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    account: Account | None = None
    ready: Callable[[int], bool] | None = None
    ready_seconds: float = 30
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 2.5
    stop_rank: int = 0
    death_signal: signal.Signals = signal.SIGKILL


def spawn(process: Process, log: Path) -> subprocess.Popen[bytes]:
    """Start `process` with its output appended to `log`."""
    with log.open("ab") as output:
        return popen(process, output)


def popen(process: Process, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    """Start `process` in a session of its own; with no `output` it writes to our own stdout.

    Call it from the main thread only: Linux sends the death signal when the *thread* that forked
    is gone.
    """
    account = process.account
    return subprocess.Popen(
        process.command,
        env=dict(process.env),
        cwd=process.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        # It imports nothing and takes no lock, so it is safe between fork and exec.
        preexec_fn=_tie_to(os.getpid(), process.death_signal),  # noqa: PLW1509
    )


def _tie_to(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    prctl, number = _PRCTL, int(death_signal)
    if prctl is None:
        return None

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return tie


def kill_group(pid: int) -> None:
    """Kill whatever is left of the session that `pid` has led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says "not permitted" for zombies
        return


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log file, indented, for a message."""
    try:
        text = log.read_bytes()[-20_000:].decode(errors="replace")
    except FileNotFoundError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (log is empty)"
