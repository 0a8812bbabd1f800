"""The door to the Redis that keeps the boards: keys and scripts.

Keys are ``board:{<challenge>}:<board>`` and the same with ``:versions``. Everything here raises
``BoardUnavailable`` while Redis cannot be reached (``users.redis_gate``).
"""

import logging
import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, ClassVar

import redis
from django.conf import settings

from challenges import board_scripts
from challenges.entrants import Change
from users.redis_gate import Gate

logger = logging.getLogger(__name__)
PUSH_AT_ONCE = 500


class BoardUnavailable(Exception):
    """Redis cannot be reached, or refuses to work."""


class Door(Gate):
    """The Redis of the boards; raises ``BoardUnavailable``."""

    gone: ClassVar[type[Exception]] = BoardUnavailable

    def run(self, name: str, challenge_id: uuid.UUID, board: str, *args: str | int) -> Any:
        """Run one of ``challenges.board_scripts`` on the keys of one board."""
        script: str = getattr(board_scripts, name)
        return self.evaluate(script, _keys(challenge_id, board), list(args))

    def run_id(self) -> str:
        """Return the name of this life of the server: a restart gives it another."""
        info: Any = self.ask(lambda server: server.info("server"))
        return str(info["run_id"])

    def lost(self, error: redis.RedisError) -> None:
        """Tell that the boards are served from the database now."""
        logger.warning("boards.unavailable, serving them from the database: %s", error)

    def back(self) -> None:
        """Tell that the boards are served from Redis again."""
        logger.info("boards.available again")


@cache
def _door_to(url: str) -> Door:
    return Door(url)


def door() -> Door:
    """Return the door to the Redis of the settings."""
    return _door_to(settings.CACHE_URL)


def push(by_board: Sequence[Sequence[Change]]) -> None:
    """Write standings, those of each board together; an older version changes nothing."""
    calls = [
        (_keys(chunk[0].challenge_id, chunk[0].board), [w for each in chunk for w in _words(each)])
        for changes in by_board
        for chunk in _chunks(changes)
    ]
    if calls:
        door().evaluate_each(board_scripts.PUSH, calls)


def _chunks(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    for start in range(0, len(changes), PUSH_AT_ONCE):
        yield changes[start : start + PUSH_AT_ONCE]


def _keys(challenge_id: uuid.UUID, board: str) -> list[str]:
    key = f"board:{{{challenge_id}}}:{board}"
    return [key, f"{key}:versions"]


def push_words(challenge_id: uuid.UUID, board: str, words: Sequence[str | int]) -> None:
    """Do ``push`` for members, places and versions in a row (1,000 of each at most)."""
    door().run("PUSH", challenge_id, board, *words)


def load(challenge_id: uuid.UUID, board: str, token: str, words: Sequence[str | int]) -> None:
    """Do ``push_words`` on a board that was begun with ``token``, faster while nobody pushes."""
    if not door().run("LOAD", challenge_id, board, token, *words):
        push_words(challenge_id, board, words)


def _words(change: Change) -> tuple[str, str | int, int]:
    place: str | int = "" if change.standing is None else -change.standing
    return change.member, place, change.version
