"""The latest outcomes of each provider, shared in Redis, or of this process while Redis is gone."""

import threading
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import NamedTuple

from integrations.breaker_rules import REMEMBERED, WINDOW, Outcome, Silence, Word
from integrations.budgets.allowances import refused_key
from integrations.redis_door import RedisGone, door


class Seen(NamedTuple):
    """The latest outcomes, newest first, and the silence that they end in."""

    outcomes: list[Outcome]
    silence: Silence


class _Seen:
    """What this process has seen itself."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=REMEMBERED)
        self.since: int | None = None
        self.failures = 0


_here: dict[str, _Seen] = defaultdict(_Seen)
_lock = threading.Lock()


# KEYS: the list, the accounts refused in a row, the silence. ARGV: a line, how many lines are kept,
# for how many seconds, whether an account was served, the time in ms.
_PUSH = """
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('DEL', KEYS[2])
if ARGV[4] == '1' then
    redis.call('DEL', KEYS[3])
    return {}
end
redis.call('HSETNX', KEYS[3], 'since', ARGV[5])
local failures = redis.call('HINCRBY', KEYS[3], 'failures', 1)
redis.call('EXPIRE', KEYS[3], ARGV[3])
local told = redis.call('LRANGE', KEYS[1], 0, -1)
table.insert(told, 1, tostring(failures))
table.insert(told, 1, redis.call('HGET', KEYS[3], 'since'))
return told
"""


def failed(provider: str, outcome: Outcome) -> Seen:
    """Remember a talk that failed; returns what is known of the latest."""
    since, failures, *lines = _push(provider, outcome)
    silence = Silence(since=_time(since), failures=int(failures))
    return Seen([_read(each) for each in lines], silence)


def served(provider: str, outcome: Outcome) -> None:
    """Remember a talk that went well."""
    _push(provider, outcome)


def forget(provider: str) -> None:
    """Start a new streak."""
    with _lock:
        _here.pop(provider, None)
    try:
        door().ask(lambda redis: redis.delete(_key(provider), _silence_key(provider)))
    except RedisGone:
        return


def _key(provider: str) -> str:
    return f"breaker:{provider}:outcomes"


def _silence_key(provider: str) -> str:
    return f"breaker:{provider}:silence"


def _push(provider: str, outcome: Outcome) -> list[str]:
    at = int(outcome.at.timestamp() * 1000)
    line = f"{outcome.word}|{outcome.account}|{at}"
    is_served = outcome.word is Word.OK
    kept = [REMEMBERED, int(WINDOW.total_seconds())]
    arguments: list[str | int] = [line, *kept, int(is_served), at]
    keys = [_key(provider), refused_key(provider), _silence_key(provider)]
    try:
        lines: list[str] = door().run(_PUSH, keys=keys, args=arguments)
    except RedisGone:
        lines = _push_here(provider, line, at, is_served=is_served)
    return lines


def _push_here(provider: str, line: str, at: int, *, is_served: bool) -> list[str]:
    with _lock:
        seen = _here[provider]
        seen.lines.appendleft(line)
        seen.since = None if is_served else seen.since or at
        seen.failures = 0 if is_served else seen.failures + 1
        return [str(seen.since), str(seen.failures), *seen.lines]


def _read(line: str) -> Outcome:
    word, account, at = line.split("|")
    return Outcome(word=Word(word), account=account, at=_time(at))


def _time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
