"""The door to the Redis that keeps the boards: keys, scripts, and how long to wait for it.

Keys are ``board:{<challenge>}:<board>`` and the same with ``:versions``. Everything here raises
``BoardUnavailable`` while Redis cannot be reached; after a failure callers are refused at once for
``REST_SECONDS``, so that an outage costs a time-out now and then and not on every request.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from challenges import board_scripts
from challenges.entrants import Change

logger = logging.getLogger(__name__)
REST_SECONDS = 2.0
TIMEOUT_SECONDS = 1.0
PUSH_AT_ONCE = 500


class BoardUnavailable(Exception):
    """Redis cannot be reached, or refuses to work."""


class Door:
    """One Redis and whether it answered lately; shared by the threads of a process."""

    def __init__(self, url: str) -> None:
        self._redis: redis.Redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._scripts = {
            name: self._redis.register_script(getattr(board_scripts, name))
            for name in ("PUSH", "BEGIN", "LOAD", "SEAL", "STATE", "READ")
        }
        self._closed_until: float | None = None

    def run(self, name: str, challenge_id: uuid.UUID, board: str, *args: str | int) -> Any:
        """Run a script on the keys of one board."""
        key = f"board:{{{challenge_id}}}:{board}"
        script = self._scripts[name]
        return self._guarded(lambda: script(keys=[key, f"{key}:versions"], args=args))

    def run_id(self) -> str:
        """Return the name of this life of the server: a restart gives it another."""
        info: Any = self._guarded(lambda: self._redis.info("server"))
        return str(info["run_id"])

    def _guarded(self, work: Any) -> Any:
        if self._closed_until is not None and time.monotonic() < self._closed_until:
            raise BoardUnavailable
        try:
            answer = work()
        except redis.RedisError as error:
            self._close(error)
            raise BoardUnavailable from error
        self._open()
        return answer

    def _close(self, error: redis.RedisError) -> None:
        if self._closed_until is None:
            logger.warning("boards.unavailable, serving them from the database: %s", error)
        self._closed_until = time.monotonic() + REST_SECONDS

    def _open(self) -> None:
        if self._closed_until is not None:
            logger.info("boards.available again")
        self._closed_until = None


@cache
def _door_to(url: str) -> Door:
    return Door(url)


def door() -> Door:
    """Return the door to the Redis of the settings."""
    return _door_to(settings.CACHE_URL)


def push(changes: Sequence[Change]) -> None:
    """Write standings of one board of one challenge; an older version changes nothing."""
    for start in range(0, len(changes), PUSH_AT_ONCE):
        chunk = changes[start : start + PUSH_AT_ONCE]
        words = [word for change in chunk for word in _words(change)]
        push_words(chunk[0].challenge_id, chunk[0].board, words)


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
