"""What was asked of the sandbox: a log, counters, and the per-person rate limit. In memory."""

import threading
import time
from collections import Counter, deque
from typing import Any

LOG_LENGTH = 5000


class Traffic:
    """Counts every provider request since the process started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget the log and the counters."""
        with self._lock:
            self._log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
            self._endpoints: Counter[str] = Counter()
            self._statuses: Counter[str] = Counter()
            self._people: dict[str, Counter[str]] = {}

    def note(self, line: dict[str, Any]) -> None:
        """Write one request down; `line` has endpoint, status and email among its keys."""
        with self._lock:
            self._log.append(line)
            self._endpoints[line["endpoint"]] += 1
            self._statuses[str(line["status"])] += 1
            if line["email"]:
                self._people.setdefault(line["email"], Counter())[line["endpoint"]] += 1

    def log(self, limit: int) -> list[dict[str, Any]]:
        """The latest requests, newest first."""
        with self._lock:
            return list(reversed(self._log))[:limit]

    def counters(self) -> dict[str, Any]:
        """Requests by endpoint, by status, and by person and endpoint."""
        with self._lock:
            return {
                "total": self._endpoints.total(),
                "endpoints": dict(self._endpoints),
                "statuses": dict(self._statuses),
                "people": {email: dict(counts) for email, counts in self._people.items()},
            }


class RateLimit:
    """A minute's allowance per person, counted in real time whatever the sandbox clock says."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, email: str, *, per_minute: int) -> float | None:
        """Count one request; returns None, or the seconds to wait when the minute is used up."""
        at = time.monotonic()
        with self._lock:
            began, used = self._windows.get(email, (at, 0))
            if at - began >= 60:
                began, used = at, 0
            self._windows[email] = (began, used + 1)
        return None if used < per_minute else began + 60 - at

    def clear(self) -> None:
        """Give everybody a fresh minute."""
        with self._lock:
            self._windows.clear()
