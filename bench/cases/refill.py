"""A people board built anew in Redis from the tables.

Floor: COPY out of the same rows and ZADD of 500 at a time, pipelined, with no versions kept.
"""

import time
from collections.abc import Iterator
from itertools import islice

import redis
from django.conf import settings
from django.db import connection

from bench.crowd import crowd
from bench.house import House
from bench.outcome import Row, at_most
from bench.people import now
from bench.sizes import Sizes
from challenges import refill
from challenges.entrants import PEOPLE
from challenges.models import Challenge
from devstack.failures import DevstackError

KEY = "bench:refill"
AT_ONCE = 500
PIPELINED = 20


def run(house: House, sizes: Sizes) -> list[Row]:  # noqa: ARG001 - needs the servers only
    """Measure both in turns."""
    game = crowd(sizes.refill_people).game
    pairs = []
    for _ in range(sizes.runs):
        bare = _copy_out(game, sizes.refill_people)
        pairs.append((_build(game), bare))
    return [
        Row(
            name="refill",
            unit="s",
            values=tuple(value for value, _ in pairs),
            floors=tuple(bare for _, bare in pairs),
            goal=at_most(2),
        )
    ]


def _build(game: Challenge) -> float:
    begun = time.perf_counter()
    if not refill.build(PEOPLE, game, now=now()):
        raise DevstackError("the board could not be built")
    return time.perf_counter() - begun


def _copy_out(game: Challenge, wanted: int) -> float:
    client = redis.Redis.from_url(settings.CACHE_URL)
    begun = time.perf_counter()
    rows = _rows(game)
    while chunks := [*_chunks(rows)]:
        pipeline = client.pipeline(transaction=False)
        for chunk in chunks:
            pipeline.zadd(KEY, chunk)
        pipeline.execute()
    seconds = time.perf_counter() - begun
    if client.zcard(KEY) != wanted:
        raise DevstackError("the floor has not copied everybody")
    client.delete(KEY)
    return seconds


def _chunks(rows: Iterator[tuple[str, int]]) -> Iterator[dict[str, int]]:
    """Take the next few thousand rows, 500 at a time."""
    for _ in range(PIPELINED):
        chunk = dict(islice(rows, AT_ONCE))
        if chunk:
            yield chunk


def _rows(game: Challenge) -> Iterator[tuple[str, int]]:
    query = (
        "COPY (SELECT id, score FROM challenges_participant WHERE challenge_id = %s "
        "AND left_at IS NULL AND NOT hidden) TO STDOUT"
    )
    with connection.cursor() as cursor, cursor.copy(query, [game.pk]) as copy:
        for row in copy.rows():
            yield row[0], -int(row[1])
