"""The door to the Redis that workers share their counting in: scripts, and how long to wait.

What lies there is never the truth: it may be emptied at any moment. While Redis cannot be reached
callers are refused at once for ``REST_SECONDS`` after each failure, so that an outage costs a
time-out now and then and not on every call to a provider.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
REST_SECONDS = 2.0
TIMEOUT_SECONDS = 1.0


class RedisGone(Exception):
    """Redis cannot be reached, or refuses to work."""


class Door:
    """One Redis and whether it answered lately; shared by the threads of a process."""

    def __init__(self, url: str) -> None:
        self._redis: redis.Redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._scripts: dict[str, Any] = {}
        self._closed_until: float | None = None

    def run(self, script: str, *, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """Run a Lua script; raises ``RedisGone``."""
        if script not in self._scripts:
            self._scripts[script] = self._redis.register_script(script)
        return self.ask(lambda _: self._scripts[script](keys=keys, args=args))

    def ask(self, work: Callable[[Any], Any]) -> Any:
        """Call ``work`` with the client and return its answer; raises ``RedisGone``."""
        if self._closed_until is not None and time.monotonic() < self._closed_until:
            raise RedisGone
        try:
            answer = work(self._redis)
        except redis.RedisError as error:
            self._close(error)
            raise RedisGone from error
        self._closed_until = None
        return answer

    def _close(self, error: redis.RedisError) -> None:
        if self._closed_until is None:
            log.warning(
                "no shared counting; every process counts for itself",
                extra={"action": "redis_gone", "error": type(error).__name__},
            )
        self._closed_until = time.monotonic() + REST_SECONDS


def door() -> Door:
    """The door of this process to the Redis of ``CACHE_URL``."""
    return _door(settings.CACHE_URL)


@cache
def _door(url: str) -> Door:
    return Door(url)
