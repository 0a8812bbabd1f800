"""The latest outcomes of each provider, shared in Redis, or of this process while Redis is gone."""

import threading
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import NamedTuple

from integrations.breaker_rules import REMEMBERED, WINDOW, Outcome, Word
from integrations.budgets.allowances import refused_key
from integrations.redis_door import RedisGone, door


class Seen(NamedTuple):
    """The latest outcomes, newest first, and when the first failed after the last good one."""

    outcomes: list[Outcome]
    unserved_since: datetime


class _Seen:
    """What this process has seen itself."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=REMEMBERED)
        self.unserved_since: int | None = None


_here: dict[str, _Seen] = defaultdict(_Seen)
_lock = threading.Lock()


# KEYS: the list, the accounts refused in a row, since when nobody was served. ARGV: a line, how
# many lines are kept, for how many seconds, whether an account was served, the time in ms.
_PUSH = """
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
if ARGV[4] == '1' then
    redis.call('DEL', KEYS[2], KEYS[3])
    return {}
end
redis.call('SET', KEYS[3], ARGV[5], 'NX')
redis.call('EXPIRE', KEYS[3], ARGV[3])
local told = redis.call('LRANGE', KEYS[1], 0, -1)
table.insert(told, 1, redis.call('GET', KEYS[3]))
return told
"""


def failed(provider: str, outcome: Outcome) -> Seen:
    """Remember a talk that failed; returns what is known of the latest."""
    since, *lines = _push(provider, outcome)
    return Seen([_read(each) for each in lines], _time(since))


def served(provider: str, outcome: Outcome) -> None:
    """Remember a talk that went well."""
    _push(provider, outcome)


def latest(provider: str) -> list[Outcome]:
    """Return the latest outcomes, newest first."""
    try:
        lines = door().ask(lambda redis: redis.lrange(_key(provider), 0, -1))
    except RedisGone:
        with _lock:
            lines = list(_here[provider].lines)
    return [_read(each) for each in lines]


def forget(provider: str) -> None:
    """Start a new streak."""
    with _lock:
        _here.pop(provider, None)
    try:
        door().ask(lambda redis: redis.delete(_key(provider), _since_key(provider)))
    except RedisGone:
        return


def _key(provider: str) -> str:
    return f"breaker:{provider}:outcomes"


def _since_key(provider: str) -> str:
    return f"breaker:{provider}:unserved_since"


def _push(provider: str, outcome: Outcome) -> list[str]:
    at = int(outcome.at.timestamp() * 1000)
    line = f"{outcome.word}|{outcome.account}|{at}"
    is_served = outcome.word is Word.OK
    kept = [REMEMBERED, int(WINDOW.total_seconds())]
    arguments: list[str | int] = [line, *kept, int(is_served), at]
    keys = [_key(provider), refused_key(provider), _since_key(provider)]
    try:
        lines: list[str] = door().run(_PUSH, keys=keys, args=arguments)
    except RedisGone:
        lines = _push_here(provider, line, at, is_served=is_served)
    return lines


def _push_here(provider: str, line: str, at: int, *, is_served: bool) -> list[str]:
    with _lock:
        seen = _here[provider]
        seen.lines.appendleft(line)
        seen.unserved_since = None if is_served else seen.unserved_since or at
        return [str(seen.unserved_since), *seen.lines]


def _read(line: str) -> Outcome:
    word, account, at = line.split("|")
    return Outcome(word=Word(word), account=account, at=_time(at))


def _time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
