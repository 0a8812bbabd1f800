"""Spends, learns and blocks in Redis for everybody, or in this process while Redis is gone."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from integrations.budgets import scripts
from integrations.budgets.allowances import (
    SLOTS,
    Allowance,
    allowances,
    block_key,
    refused_key,
)
from integrations.budgets.here import LocalCount
from integrations.contract import Quota, QuotaScope
from integrations.redis_door import RedisGone, door

# So many accounts refused within the time, and none served between, mean that the limit is that of
# the application.
MANY_ACCOUNTS = 10
AT_ONCE = timedelta(minutes=1)
EVERYBODY_RESTS = timedelta(seconds=30)

here = LocalCount()


class Refusal:
    """A call that must not be made before ``retry_at`` (UTC), and whose limit says so."""

    def __init__(self, scope: QuotaScope, retry_at: datetime) -> None:
        self.scope = scope
        self.retry_at = retry_at


def spend(
    provider: str, account: str, wanted: Sequence[Allowance], *, now: datetime, calls: int = 1
) -> Refusal | int:
    """Count up to ``calls`` calls against all of ``wanted``, or none of them and say why.

    Returns how many were counted: one at least, and without Redis never more.
    """
    blocks = [block_key(provider), block_key(provider, account or "nobody")]
    moment = _ms(now)
    arguments: list[int] = [moment, calls]
    for each in wanted:
        arguments += [each.calls, each.slot_ms]
    keys = [*blocks, *(each.key for each in wanted)]
    try:
        answer = door().run(scripts.SPEND, keys=keys, args=arguments)
    except RedisGone:
        answer = here.spend(blocks, wanted, moment) or [1]
    if len(answer) == 1:
        return int(answer[0])
    place, until = answer
    own = (QuotaScope.APP, QuotaScope.ACCOUNT)
    scope = own[place - 1] if place <= 2 else wanted[place - 3].scope
    return Refusal(scope, datetime.fromtimestamp(until / 1000, UTC))


def give_back(wanted: Sequence[Allowance], *, calls: int, counted_at: datetime) -> None:
    """Take back calls that were counted and then not made."""
    arguments = [_ms(counted_at), calls, *(each.slot_ms for each in wanted)]
    try:
        door().run(scripts.GIVE_BACK, keys=[each.key for each in wanted], args=arguments)
    except RedisGone:
        return


def same_slots(wanted: Iterable[Allowance], one: datetime, other: datetime) -> bool:
    """Whether a call counts in the same slot of every allowance at both times."""
    return all(_ms(one) // each.slot_ms == _ms(other) // each.slot_ms for each in wanted)


def learn(allowance: Allowance, *, used: int, now: datetime) -> None:
    """Believe a provider that has counted more calls than we have."""
    arguments = [_ms(now), allowance.slot_ms, used]
    try:
        door().run(scripts.LEARN, keys=[allowance.key], args=arguments)
    except RedisGone:
        return


def block(provider: str, account: str, *, until: datetime, now: datetime) -> None:
    """Let nobody call for ``account`` (empty: at all) before ``until``.

    When many accounts are refused within a minute and none is served between, the application
    rests as a whole.
    """
    key = block_key(provider, account)
    keys = [key, refused_key(provider), block_key(provider)]
    periods = [int(each.total_seconds() * 1000) for each in (AT_ONCE, EVERYBODY_RESTS)]
    arguments: list[str | int] = [_ms(now), _ms(until), account, MANY_ACCOUNTS, *periods]
    try:
        door().run(scripts.BLOCK, keys=keys, args=arguments)
    except RedisGone:
        here.block(key, _ms(until))


class Left:
    """What is left of a quota of the application."""

    def __init__(self, quota: Quota, left: int) -> None:
        self.quota = quota
        self.left = left


def left(provider: str, quotas: Iterable[Quota], *, now: datetime) -> list[Left]:
    """The application's quotas of a provider and what is left of each; raises ``RedisGone``."""
    of_app = [quota for quota in quotas if quota.scope == QuotaScope.APP]
    wanted = allowances(provider, of_app, account="", interactive=True)
    return [
        Left(quota, max(0, quota.calls - _used(each, now)))
        for quota, each in zip(of_app, wanted, strict=True)
    ]


def blocked_until(provider: str, *, now: datetime) -> datetime | None:
    """Until when nobody may ask the provider; raises ``RedisGone``."""
    until = int(door().ask(lambda redis: redis.get(block_key(provider))) or 0)
    return datetime.fromtimestamp(until / 1000, UTC) if until > _ms(now) else None


def _used(allowance: Allowance, now: datetime) -> int:
    slots = door().ask(lambda redis: redis.hgetall(allowance.key))
    oldest = _ms(now) // allowance.slot_ms - SLOTS
    return sum(int(count) for slot, count in slots.items() if int(slot) >= oldest)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
