"""Counts for /metrics, gathered in each process and added up in Redis every two seconds.

A tally is a counter that never falls but when Redis is emptied, which Prometheus understands.
Counting costs an addition; what a process has not sent when it dies is lost. Nothing but metrics
may rest on it.
"""

import threading
from collections import defaultdict
from typing import Any

from integrations.redis_door import RedisGone, door

KEY = "tallies"
SEND_EVERY_SECONDS = 2.0
LATENCY_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_SEPARATOR = "|"

_lock = threading.Lock()
_pending: dict[str, float] = defaultdict(float)
_timer: threading.Timer | None = None


def count(name: str, *labels: str, by: float = 1) -> None:
    """Add to a tally, known by its name and the values of its labels."""
    global _timer  # noqa: PLW0603 - one timer per process
    with _lock:
        _pending[_SEPARATOR.join((name, *labels))] += by
        if _timer is None:
            _timer = threading.Timer(SEND_EVERY_SECONDS, send)
            _timer.daemon = True
            _timer.start()


def called(provider: str, status: int, seconds: float) -> None:
    """Count an answer of a provider by its status class, and how long it took."""
    bound = next((f"{each}" for each in LATENCY_BOUNDS if seconds <= each), "+Inf")
    count("calls", provider, f"{status // 100}xx")
    count("latency", provider, bound)
    count("latency_sum", provider, by=seconds)


def send() -> None:
    """Add what is pending to the shared counts; without Redis it waits for the next time."""
    global _timer  # noqa: PLW0603 - one timer per process
    with _lock:
        taken = dict(_pending)
        _pending.clear()
        _timer = None
    if not taken:
        return
    try:
        door().ask(lambda redis: _add(redis, taken))
    except RedisGone:
        with _lock:
            for field, amount in taken.items():
                _pending[field] += amount


def read(name: str) -> dict[tuple[str, ...], float]:
    """The values of a tally by their labels; raises ``RedisGone``."""
    fields: dict[str, str] = door().ask(lambda redis: redis.hgetall(KEY))
    lead = name + _SEPARATOR
    return {
        tuple(field.removeprefix(lead).split(_SEPARATOR)): float(value)
        for field, value in fields.items()
        if field.startswith(lead)
    }


def _add(redis: Any, amounts: dict[str, float]) -> None:
    pipe = redis.pipeline(transaction=False)
    for field, amount in amounts.items():
        pipe.hincrbyfloat(KEY, field, amount)
    pipe.execute()
