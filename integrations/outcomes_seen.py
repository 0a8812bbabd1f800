"""The latest outcomes of each provider, shared in Redis, or of this process while Redis is gone."""

import threading
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import Any

from integrations.breaker_rules import REMEMBERED, WINDOW, Outcome, Word
from integrations.redis_door import RedisGone, door

_here: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
_lock = threading.Lock()


def add(provider: str, outcome: Outcome) -> list[Outcome]:
    """Remember an outcome; returns the latest ones, newest first."""
    line = f"{outcome.word}|{outcome.account}|{int(outcome.at.timestamp() * 1000)}"
    try:
        lines = door().ask(lambda redis: _push(redis, _key(provider), line))
    except RedisGone:
        lines = _push_here(provider, line)
    return [_read(each) for each in lines]


def forget(provider: str) -> None:
    """Start a new streak."""
    with _lock:
        _here.pop(provider, None)
    try:
        door().ask(lambda redis: redis.delete(_key(provider)))
    except RedisGone:
        return


def _key(provider: str) -> str:
    return f"breaker:{provider}:outcomes"


def _push(redis: Any, key: str, line: str) -> list[str]:
    pipe = redis.pipeline(transaction=True)
    pipe.lpush(key, line)
    pipe.ltrim(key, 0, REMEMBERED - 1)
    pipe.expire(key, int(WINDOW.total_seconds()))
    pipe.lrange(key, 0, -1)
    lines: list[str] = pipe.execute()[-1]
    return lines


def _push_here(provider: str, line: str) -> list[str]:
    with _lock:
        _here[provider].appendleft(line)
        return list(_here[provider])


def _read(line: str) -> Outcome:
    word, account, at = line.split("|")
    return Outcome(word=Word(word), account=account, at=datetime.fromtimestamp(int(at) / 1000, UTC))
