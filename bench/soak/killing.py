"""Kills processes at random moments, and empties Redis now and then."""

import random
from collections import Counter

import redis
from django.conf import settings

from bench.soak.stage import Stage

FLUSH = "redis emptied"
_RARE = {"postgres": 0.25, "valkey": 0.5}
_FLUSH_WEIGHT = 0.5


class Killing:
    """Strikes once per call; ``struck`` counts whom."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage = stage
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.struck: Counter[str] = Counter()

    def strike(self) -> str:
        """Kill somebody who is running, or empty Redis; returns who it was."""
        children = self._stage.supervisor.children
        alive = [name for name in self._stage.names if children[name].popen.poll() is None]
        weights = [_RARE.get(name, 1.0) for name in alive]
        victim = self._chance.choices([*alive, FLUSH], [*weights, _FLUSH_WEIGHT])[0]
        if victim == FLUSH:
            _empty()
        else:
            self._stage.kill(victim)
        self.struck[victim] += 1
        return victim


def _empty() -> None:
    try:
        redis.Redis.from_url(settings.CACHE_URL).flushall()
    except redis.RedisError:
        return  # it is just being killed, which is no better for what it held
