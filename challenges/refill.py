"""Keeps the boards in Redis whole: builds those that are missing, catches up with the others.

Both are the same walk over rows newer than some version, written under versions, so that a score
that changes meanwhile is never overwritten by what was read before. Building starts by emptying
the board and reads afterwards: whatever was committed before is read, whatever comes later pushes
itself. Catching up makes good for pushes that were lost, because a process died between its commit
and its push or because Redis was away.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice

from django.db import connection

from challenges import board_store
from challenges.board_store import BoardUnavailable
from challenges.entrants import BOARDS, Board
from challenges.models import Challenge
from challenges.open_challenges import open_challenges
from challenges.versions import stamp

logger = logging.getLogger(__name__)
EVERYTHING = -1
CHUNK = 1000
# Longest time between reading the clock and committing that catching up still covers.
OVERLAP = timedelta(minutes=2)


def refill(*, now: datetime) -> int:
    """Build or catch up the boards of every open challenge; return how many were built."""
    try:
        run_id = board_store.door().run_id()
        return sum(
            _keep(board, challenge, run_id, now)
            for challenge in open_challenges(now)
            for board in BOARDS.values()
        )
    except BoardUnavailable:
        return 0


def build(board: Board, challenge: Challenge, *, now: datetime) -> bool:
    """Build one board from nothing; return whether it is whole now.

    It is not when somebody else started over meanwhile, or when Redis was emptied. Raises
    ``BoardUnavailable``.
    """
    token = f"{board_store.door().run_id()}:{uuid.uuid4()}"
    board_store.door().run("BEGIN", challenge.pk, board.name, token)
    _copy(board, challenge, EVERYTHING, partial(board_store.load, challenge.pk, board.name, token))
    return _seal(board, challenge, token, now)


def _keep(board: Board, challenge: Challenge, run_id: str, now: datetime) -> bool:
    """Return whether the board was missing, or belonged to an earlier life of Redis, and built."""
    state = board_store.door().run("STATE", challenge.pk, board.name)
    if state is None or not state[0].startswith(f"{run_id}:"):
        built = build(board, challenge, now=now)
        logger.info("boards.built challenge=%s board=%s", challenge.pk, board.name)
        return built
    token, caught_up = state
    since = int(caught_up) - OVERLAP // timedelta(microseconds=1)
    _copy(board, challenge, since, partial(board_store.push_words, challenge.pk, board.name))
    _seal(board, challenge, token, now)
    return False


def _copy(
    board: Board, challenge: Challenge, since: int, write: Callable[[Sequence[str]], None]
) -> None:
    """Stream the rows newer than ``since`` out of the database, some at a time.

    While some are written the next are read: PostgreSQL and Redis work side by side.
    """
    parameters = [board.tie_limit(challenge), challenge.pk, since]
    statement = f"COPY ({board.words}) TO STDOUT"
    with (
        ThreadPoolExecutor(1, "refill") as writer,
        connection.cursor() as cursor,
        cursor.copy(statement, parameters) as copy,
    ):
        rows, writing = copy.rows(), None
        while words := [*chain.from_iterable(islice(rows, CHUNK))]:
            if writing is not None:
                writing.result()
            writing = writer.submit(write, words)
        if writing is not None:
            writing.result()


def _seal(board: Board, challenge: Challenge, token: str, now: datetime) -> bool:
    until = stamp(now)
    return bool(board_store.door().run("SEAL", challenge.pk, board.name, token, until))
