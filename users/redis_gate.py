"""A Redis that may be away: how long to wait for it, and when to leave it in peace.

After a failure callers are refused at once for ``REST_SECONDS``, so that an outage costs a time-out
now and then and not on every call. What lies behind a gate is never the truth.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REST_SECONDS = 2.0
TIMEOUT_SECONDS = 1.0


class RedisGone(Exception):
    """Redis cannot be reached, or refuses to work."""


class Gate:
    """One Redis and whether it answered lately; shared by the threads of a process.

    Rooms derive from it: they say what is raised (``gone``) and what to tell about it.
    """

    gone: ClassVar[type[Exception]] = RedisGone

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

    def evaluate(self, script: str, keys: list[str], args: list[str | int]) -> Any:
        """Run a Lua script; raises ``gone``."""
        known = self._script(script)
        return self.ask(lambda _: known(keys=keys, args=args))

    def evaluate_each(self, script: str, calls: Sequence[tuple[list[str], list[Any]]]) -> None:
        """Run a Lua script that may be repeated on each of ``calls`` (keys and arguments).

        All go in one trip; raises ``gone``.
        """
        known = self._script(script)
        self.ask(lambda server: _run_each(server, known, calls))

    def _script(self, script: str) -> Any:
        if script not in self._scripts:
            self._scripts[script] = self._redis.register_script(script)
        return self._scripts[script]

    def ask(self, work: Callable[[Any], Any]) -> Any:
        """Call ``work`` with the client and return its answer; raises ``gone``."""
        if self._closed_until is not None and time.monotonic() < self._closed_until:
            raise self.gone
        try:
            answer = work(self._redis)
        except redis.RedisError as error:
            self._close(error)
            raise self.gone from error
        self._open()
        return answer

    def lost(self, error: redis.RedisError) -> None:
        """Tell that Redis is away; called once per outage."""

    def back(self) -> None:
        """Tell that Redis is back; called once per outage."""

    def _close(self, error: redis.RedisError) -> None:
        if self._closed_until is None:
            self.lost(error)
        self._closed_until = time.monotonic() + REST_SECONDS

    def _open(self) -> None:
        if self._closed_until is not None:
            self.back()
        self._closed_until = None


def _run_each(server: Any, script: Any, calls: Sequence[tuple[list[str], list[Any]]]) -> None:
    trip = server.pipeline(transaction=False)
    for keys, args in calls:
        trip.evalsha(script.sha, len(keys), *keys, *args)
    try:
        trip.execute()
    except redis.exceptions.NoScriptError:  # a server that has forgotten, or never knew
        for keys, args in calls:
            script(keys=keys, args=args)
