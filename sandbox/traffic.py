"""What was asked of the sandbox: a log, counters, and rate limits. In memory."""

import threading
import time
from collections import Counter, deque
from typing import Any

LOG_LENGTH = 5000


class Counts:
    """Requests of one room by endpoint, by status, and by person and endpoint."""

    def __init__(self) -> None:
        self.endpoints: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.people: dict[str, Counter[str]] = {}

    def note(self, line: dict[str, Any]) -> None:
        """Count one request."""
        self.endpoints[line["endpoint"]] += 1
        self.statuses[str(line["status"])] += 1
        if line["email"]:
            self.people.setdefault(line["email"], Counter())[line["endpoint"]] += 1


class Traffic:
    """Writes down and counts every provider request since the process started, by room."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget the log and the counters."""
        with self._lock:
            self._log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
            self._counts: dict[str, Counts] = {}

    def note(self, line: dict[str, Any]) -> None:
        """Write one request down; `line` has room, endpoint, status and email among its keys."""
        with self._lock:
            self._log.append(line)
            self._counts.setdefault(line["room"], Counts()).note(line)

    def log(self, room: str, limit: int) -> list[dict[str, Any]]:
        """The latest requests of a room, newest first."""
        with self._lock:
            lines = [line for line in reversed(self._log) if line["room"] == room]
        return lines[:limit]

    def counters(self, room: str) -> dict[str, Any]:
        """Requests of a room by endpoint, by status, and by person and endpoint."""
        with self._lock:
            counts = self._counts.get(room, Counts())
            return {
                "total": counts.endpoints.total(),
                "endpoints": dict(counts.endpoints),
                "statuses": dict(counts.statuses),
                "people": {email: dict(kinds) for email, kinds in counts.people.items()},
            }


class RateLimit:
    """Allowances per key, counted in real time whatever the sandbox clock says."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, key: str, *, calls: int, seconds: float = 60) -> float | None:
        """Count one call of at most `calls` in `seconds`; None, or the seconds to wait."""
        at = time.monotonic()
        with self._lock:
            began, used = self._windows.get(key, (at, 0))
            if at - began >= seconds:
                began, used = at, 0
            self._windows[key] = (began, used + 1)
        return None if used < calls else began + seconds - at

    def left(self, key: str, *, calls: int, seconds: float) -> tuple[int, float]:
        """How many calls are left for a key, and the seconds until it has all of them again."""
        at = time.monotonic()
        with self._lock:
            began, used = self._windows.get(key, (at, 0))
        if at - began >= seconds:
            began, used = at, 0
        return max(0, calls - used), began + seconds - at

    def clear(self) -> None:
        """Give everybody all of it again."""
        with self._lock:
            self._windows.clear()
