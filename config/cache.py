"""A cache that may be gone: without Redis it forgets, and nothing that used it fails."""

import logging
from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# KEYS: the counts of the window before and of this one. ARGV: what part of the former still counts,
# the most that may be in a window, for how many seconds a count is kept. Answers 0 when it is full.
_TAKE = """
local before = tonumber(redis.call('GET', KEYS[1]) or '0')
local now = tonumber(redis.call('GET', KEYS[2]) or '0')
if before * tonumber(ARGV[1]) + now >= tonumber(ARGV[2]) then return 0 end
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
"""


class ForgetfulRedisCache(RedisCache):
    """Django's Redis cache, but an unreachable server is an empty cache and a warning.

    Rate limits rest on it: without Redis they let people through rather than lock everybody out.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._server, self._client_options = server, params.get("OPTIONS", {})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Add, or pretend to."""
        return bool(self._or(super().add, args, kwargs, fallback=True))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._or(super().get, (key, default, version), {}, fallback=default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Set, or let it be."""
        self._or(super().set, args, kwargs, fallback=None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Prolong, or let it be."""
        return bool(self._or(super().touch, args, kwargs, fallback=False))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete, or let it be."""
        return bool(self._or(super().delete, args, kwargs, fallback=False))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return what is there."""
        found: dict[Any, Any] = self._or(super().get_many, args, kwargs, fallback={})
        return found

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count up, or start anew."""
        return int(self._or(super().incr, (key, delta, version), {}, fallback=delta))

    def take(self, key: str, *, most: int, seconds: int, at: float) -> bool:
        """Count one of ``most`` per sliding window of so many seconds; False when none is left.

        ``at`` is the Unix time. What is refused does not count, and each window before is taken to
        have been used evenly. One trip, so that two at once cannot both be the last.
        """
        window, passed = divmod(at, seconds)
        keys = [self.make_key(f"{key}:{int(window) + step}") for step in (-1, 0)]
        arguments = [1 - passed / seconds, most, 2 * seconds]
        return bool(self._or(self._take, (keys, arguments), {}, fallback=True))

    @cached_property
    def _take(self) -> Any:
        return Redis.from_url(self._server, **self._client_options).register_script(_TAKE)

    @staticmethod
    def _or(call: Any, args: Any, kwargs: Any, *, fallback: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            log.warning("no cache", extra={"action": "cache_gone", "error": type(error).__name__})
            return fallback
