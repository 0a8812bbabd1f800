"""The latest outcomes of each provider, shared in Redis, or of this process while Redis is gone."""

import threading
from collections import defaultdict, deque
from datetime import UTC, datetime

from integrations.breaker_rules import REMEMBERED, WINDOW, Outcome, Word
from integrations.budgets.allowances import refused_key
from integrations.redis_door import RedisGone, door

_here: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
_lock = threading.Lock()


# KEYS: the list, the accounts refused in a row. ARGV: a line, how many lines are kept, for how many
# seconds, whether to tell them, whether an account was served.
_PUSH = """
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
if ARGV[5] == '1' then redis.call('DEL', KEYS[2]) end
if ARGV[4] == '0' then return {} end
return redis.call('LRANGE', KEYS[1], 0, -1)
"""


def add(provider: str, outcome: Outcome) -> list[Outcome]:
    """Remember an outcome; returns the latest ones, newest first."""
    return [_read(each) for each in _push(provider, outcome, tell=1)]


def note(provider: str, outcome: Outcome) -> None:
    """Remember an outcome that needs no judging."""
    _push(provider, outcome, tell=0)


def latest(provider: str) -> list[Outcome]:
    """Return the latest outcomes, newest first."""
    try:
        lines = door().ask(lambda redis: redis.lrange(_key(provider), 0, -1))
    except RedisGone:
        with _lock:
            lines = list(_here[provider])
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


def _push(provider: str, outcome: Outcome, *, tell: int) -> list[str]:
    line = f"{outcome.word}|{outcome.account}|{int(outcome.at.timestamp() * 1000)}"
    served = int(outcome.word is Word.OK)
    arguments: list[str | int] = [line, REMEMBERED, int(WINDOW.total_seconds()), tell, served]
    keys = [_key(provider), refused_key(provider)]
    try:
        lines: list[str] = door().run(_PUSH, keys=keys, args=arguments)
    except RedisGone:
        lines = _push_here(provider, line)
    return lines


def _push_here(provider: str, line: str) -> list[str]:
    with _lock:
        _here[provider].appendleft(line)
        return list(_here[provider])


def _read(line: str) -> Outcome:
    word, account, at = line.split("|")
    return Outcome(word=Word(word), account=account, at=datetime.fromtimestamp(int(at) / 1000, UTC))
