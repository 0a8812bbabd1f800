"""The door to the Redis that workers share their counting in.

What lies there is never the truth: it may be emptied at any moment, and be away
(``users.redis_gate``).
"""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

import redis
from django.conf import settings

from users.redis_gate import Gate, RedisGone

__all__ = ["Door", "RedisGone", "door"]

log = logging.getLogger(__name__)


class Door(Gate):
    """The Redis of shared counting; raises ``RedisGone``."""

    def run(self, script: str, *, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """Run a Lua script; raises ``RedisGone``."""
        return self.evaluate(script, list(keys), list(args))

    def lost(self, error: redis.RedisError) -> None:
        """Tell that every process counts for itself now."""
        log.warning(
            "no shared counting; every process counts for itself",
            extra={"action": "redis_gone", "error": type(error).__name__},
        )


def door() -> Door:
    """The door of this process to the Redis of ``CACHE_URL``."""
    return _door(settings.CACHE_URL)


@cache
def _door(url: str) -> Door:
    return Door(url)
