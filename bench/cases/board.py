"""The people board over HTTP while scores change: the top 50, my rank, the 50 around me.

Floors: the same board in a small challenge (a board must not care how many stand on it), and what
its two parts cost barely: a signed-in GET that does nothing, and the ladder asked of Redis.
"""

import time
from collections.abc import Sequence
from statistics import median

import redis
from django.conf import settings

from bench import load
from bench.bare import GET_PATH
from bench.crowd import MOST_STEPS, Crowd, crowd
from bench.house import House
from bench.load import Answered
from bench.outcome import Row, at_most
from bench.people import now
from bench.sizes import Sizes
from bench.updates import updates
from bench.warm import warm_up
from challenges import refill
from challenges.entrants import PEOPLE

CLIENTS = 4
QUERIES = ("view=top&limit=50", "view=top&limit=1", "view=around_me&limit=50")
REDIS_REPEATS = 300
KEY = "bench:board"


def run(house: House, sizes: Sizes) -> list[Row]:
    """Measure every size in turns."""
    crowds = [crowd(size) for size in sizes.board_people]
    for each in crowds:
        refill.build(PEOPLE, each.game, now=now())
    with house.web():
        warm_up(house)
        runs = [[_read(house, each, sizes) for each in crowds] for _ in range(sizes.runs)]
        bare = [_bare_ms(house, crowds[-1], sizes) for _ in range(sizes.runs)]
    return [*_per_size(crowds, runs), *_goals(runs, bare)]


def _read(house: House, wanted: Crowd, sizes: Sizes) -> Answered:
    path = f"/api/v1/challenges/{wanted.game.pk}/leaderboard"
    requests = [load.get(f"{path}?{query}", token) for token in wanted.tokens for query in QUERIES]
    with updates(wanted.game):
        return load.send(
            requests, port=house.web_port, clients=CLIENTS, seconds=sizes.board_seconds
        )


def _bare_ms(house: House, wanted: Crowd, sizes: Sizes) -> float:
    """Return the milliseconds of a bare GET (median, as many clients) plus those of bare Redis."""
    requests = [load.get(f"/{GET_PATH}", token) for token in wanted.tokens]
    answered = load.send(requests, port=house.web_port, clients=CLIENTS, seconds=sizes.bare_seconds)
    return answered.percentile_ms(50) + _redis_ms(wanted.size)


def _redis_ms(size: int) -> float:
    """Return the median milliseconds of a rank and 50 neighbours in one round trip to Redis."""
    client = redis.Redis.from_url(settings.CACHE_URL)
    scores = [(f"{place:016x}", place * 7919 % MOST_STEPS) for place in range(size)]
    for start in range(0, size, 500):
        client.zadd(KEY, dict(scores[start : start + 500]))
    places = range(0, size, max(1, size // REDIS_REPEATS))
    seconds = [_ask(client, *scores[place]) for place in places]
    client.delete(KEY)
    return 1000 * median(seconds)


def _ask(client: "redis.Redis", member: str, score: int) -> float:
    begun = time.perf_counter()
    pipeline = client.pipeline(transaction=False)
    pipeline.zcount(KEY, f"({score}", "inf")
    pipeline.zrevrange(KEY, 0, 49, withscores=True)
    pipeline.zrevrank(KEY, member)
    pipeline.execute()
    return time.perf_counter() - begun


def _per_size(crowds: Sequence[Crowd], runs: Sequence[Sequence[Answered]]) -> list[Row]:
    return [
        Row(
            name=f"board-{each.size}",
            unit="ms p99",
            values=tuple(answers[place].percentile_ms(99) for answers in runs),
        )
        for place, each in enumerate(crowds)
    ]


def _goals(runs: Sequence[Sequence[Answered]], bare: Sequence[float]) -> list[Row]:
    return [
        Row(
            name="board-growth",
            unit="ms p99",
            values=tuple(answers[-1].percentile_ms(99) for answers in runs),
            floors=tuple(answers[0].percentile_ms(99) for answers in runs),
            goal=at_most(1.5),
        ),
        Row(
            name="board",
            unit="ms p50",
            values=tuple(answers[-1].percentile_ms(50) for answers in runs),
            floors=tuple(bare),
            goal=at_most(3),
        ),
    ]
