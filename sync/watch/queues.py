"""How long Celery's queues are and how old their oldest message is, read from the broker."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

SENT_AT = "stepwell_sent_at"


class BrokerGone(Exception):
    """The broker cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue: messages waiting, and how long the oldest has waited (None when empty)."""

    name: str
    length: int
    oldest: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """All queues, and how many messages workers hold that they have not finished."""

    queues: tuple[Queue, ...]
    unfinished: int


def names() -> tuple[str, ...]:
    """Return the name of every queue that the settings route to."""
    routed = {str(route["queue"]) for route in settings.CELERY_TASK_ROUTES.values()}
    return tuple(sorted(routed | {settings.CELERY_TASK_DEFAULT_QUEUE}))


def look(*, now: datetime) -> Broker:
    """Read the broker with one round trip; raises ``BrokerGone``.

    Messages enter a list on its left and leave on its right, so the last one is the oldest.
    """
    pipe = _client(settings.REDIS_URL).pipeline(transaction=False)
    for name in names():
        pipe.llen(name)
        pipe.lindex(name, -1)
    pipe.hlen("unacked")
    try:
        *found, unfinished = pipe.execute()
    except redis.RedisError as error:
        raise BrokerGone(type(error).__name__) from error
    queues = [
        Queue(name=name, length=length, oldest=_age(oldest, now))
        for name, length, oldest in zip(names(), found[::2], found[1::2], strict=True)
    ]
    return Broker(queues=tuple(queues), unfinished=int(unfinished))


def _age(message: bytes | None, now: datetime) -> timedelta | None:
    """Read when a message was sent; one of another sender says nothing."""
    if message is None:
        return None
    headers: dict[str, Any] = json.loads(message).get("headers") or {}
    sent = headers.get(SENT_AT)
    return None if sent is None else max(now - datetime.fromtimestamp(sent, UTC), timedelta(0))


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )
