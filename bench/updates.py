"""Scores that change while the boards are read: 500 a second, in the tables and in Redis."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from bench.people import now
from challenges import totals
from challenges.models import Challenge, Participant

AT_ONCE = 50
PAUSE_SECONDS = 0.1


@contextmanager
def updates(game: Challenge) -> Iterator[None]:
    """Let 500 participants a second walk on while the block runs."""
    over = threading.Event()
    walker = threading.Thread(target=_walk, args=(game, over))
    walker.start()
    try:
        yield
    finally:
        over.set()
        walker.join()


def _walk(game: Challenge, over: threading.Event) -> None:
    rows = Participant.objects.filter(challenge=game).order_by("pk")
    first, last = rows.values_list("pk", flat=True)[0], rows.last()
    assert last is not None
    while not over.wait(PAUSE_SECONDS):
        _add_steps(game, random.sample(range(first, last.pk + 1), AT_ONCE))
    connection.close()


@transaction.atomic
def _add_steps(game: Challenge, pks: list[int]) -> None:
    rows = list(Participant.objects.filter(challenge=game, pk__in=pks))
    for row in rows:
        row.score += 25
        row.steps += 25
    totals.announce(rows, now=now())
