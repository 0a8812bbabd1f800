"""CPU seconds of processes and of all they have started, from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# Places in /proc/<pid>/stat after the command: parent; user and system time of the process itself,
# then of its children that have ended and were waited for.
_PARENT, _TIMES = 1, slice(11, 15)


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return what the processes `roots` and their descendants have used so far."""
    stats = _all_stats()
    family = _descendants(stats, set(roots))
    return sum(sum(map(int, stats[pid][_TIMES])) for pid in family) / _TICKS


def _descendants(stats: dict[int, list[str]], roots: set[int]) -> set[int]:
    family = roots & stats.keys()
    while True:
        more = {pid for pid, fields in stats.items() if int(fields[_PARENT]) in family} - family
        if not more:
            return family
        family |= more


def _all_stats() -> dict[int, list[str]]:
    pids = (entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit())
    found = ((int(pid), _stat(pid)) for pid in pids)
    return {pid: fields for pid, fields in found if fields}


def _stat(pid: str) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has just ended
        return []
    return text.rpartition(")")[2].split()
