"""Keeps the boards in Redis whole: builds those that are missing, catches up with the others.

Both are the same walk over rows newer than some version, written under versions, so that a score
that changes meanwhile is never overwritten by what was read before. Building starts by emptying
the board and reads afterwards: whatever was committed before is read, whatever comes later pushes
itself. Catching up makes good for pushes that were lost, because a process died between its commit
and its push or because Redis was away.
"""

import logging
import uuid
from datetime import datetime, timedelta

from challenges import board_store
from challenges.board_store import BoardUnavailable
from challenges.entrants import BOARDS, Board, Change
from challenges.models import Challenge
from challenges.phases import LONGEST_TAIL, is_open
from challenges.versions import stamp

logger = logging.getLogger(__name__)
EVERYTHING = -1
CHUNK = 500
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


def open_challenges(now: datetime) -> list[Challenge]:
    """Return the published challenges whose scores may still change."""
    recent = Challenge.objects.filter(
        published_at__isnull=False, ends_on__gte=(now - LONGEST_TAIL).date()
    ).order_by("starts_on", "id")
    return [challenge for challenge in recent if is_open(challenge, now)]


def build(board: Board, challenge: Challenge, *, now: datetime) -> bool:
    """Build one board from nothing; return whether it is whole now.

    It is not when somebody else started over meanwhile, or when Redis was emptied. Raises
    ``BoardUnavailable``.
    """
    token = f"{board_store.door().run_id()}:{uuid.uuid4()}"
    board_store.door().run("BEGIN", challenge.pk, board.name, token)
    _copy(board, challenge, EVERYTHING)
    return _seal(board, challenge, token, now)


def _keep(board: Board, challenge: Challenge, run_id: str, now: datetime) -> bool:
    """Return whether the board was missing, or belonged to an earlier life of Redis, and built."""
    state = board_store.door().run("STATE", challenge.pk, board.name)
    if state is None or not state[0].startswith(f"{run_id}:"):
        built = build(board, challenge, now=now)
        logger.info("boards.built challenge=%s board=%s", challenge.pk, board.name)
        return built
    token, caught_up = state
    _copy(board, challenge, int(caught_up) - OVERLAP // timedelta(microseconds=1))
    _seal(board, challenge, token, now)
    return False


def _copy(board: Board, challenge: Challenge, since: int) -> None:
    rows = board.changed_since(challenge, since)
    chunk: list[Change] = []
    for pk, score, version, shown in rows.iterator(chunk_size=CHUNK):
        seen = score if shown else None
        chunk.append(Change(challenge.pk, board.name, board.member(pk), seen, version))
        if len(chunk) == CHUNK:
            board_store.push(chunk)
            chunk = []
    board_store.push(chunk)


def _seal(board: Board, challenge: Challenge, token: str, now: datetime) -> bool:
    until = stamp(now)
    return bool(board_store.door().run("SEAL", challenge.pk, board.name, token, until))
