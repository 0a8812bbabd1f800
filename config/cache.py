"""A cache that may be gone: without Redis it forgets, and nothing that used it fails."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgetfulRedisCache(RedisCache):
    """Django's Redis cache, but an unreachable server is an empty cache and a warning.

    Rate limits rest on it: without Redis they let people through rather than lock everybody out.
    """

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

    @staticmethod
    def _or(call: Any, args: Any, kwargs: Any, *, fallback: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            log.warning("no cache", extra={"action": "cache_gone", "error": type(error).__name__})
            return fallback
