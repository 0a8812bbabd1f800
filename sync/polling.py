"""Polls several connections one after the other; none of them can spoil it for the others."""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sync import claims, dispatch, pooling, runner

log = logging.getLogger(__name__)
MOST_AT_ONCE = 10
# Enough messages of a claim for every thread of a few workers to have one.
MESSAGES = 32
# Whoever is behind a slow account waits this long at most, then gets a message of their own.
PATIENCE = timedelta(seconds=20)


def parts(connection_ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    """Cut what was claimed into messages: of ten when there is much to do, of one when little."""
    size = min(MOST_AT_ONCE, max(1, len(connection_ids) // MESSAGES))
    for start in range(0, len(connection_ids), size):
        yield connection_ids[start : start + size]


def poll_some(*, connection_ids: Sequence[uuid.UUID], clock: Callable[[], datetime]) -> int:
    """Carry out the runs of claimed connections; returns how many there were to carry out."""
    until, done = clock() + PATIENCE, 0
    for place, connection_id in enumerate(connection_ids):
        if clock() >= until:
            _hand_on(connection_ids[place:])
            break
        done += _poll(connection_id, clock)
    return done


def _hand_on(connection_ids: Sequence[uuid.UUID]) -> None:
    for connection_id in connection_ids:
        dispatch.poll(connection_ids=[connection_id])


def _poll(connection_id: uuid.UUID, clock: Callable[[], datetime]) -> bool:
    """A crash is kept in its run and pushed ahead; if even that failed, the claim's lease ends."""
    try:
        if runner.poll(connection_id=connection_id, clock=clock) is None:
            return False
        wake_waiting(connection_id=connection_id)
    except Exception as error:  # noqa: BLE001 - the run has its traceback logged already
        named = {"connection": connection_id, "error": type(error).__name__}
        log.error("poll crashed", extra={"action": "poll_crashed"} | named)  # noqa: TRY400
        pooling.release()
    return True


def wake_waiting(*, connection_id: uuid.UUID) -> None:
    """Hand out the run that waited behind the one that has just ended, if any."""
    waiting = claims.waiting_run_of(connection_id=connection_id)
    if waiting is not None:
        run_id, trigger = waiting
        dispatch.wake(run_id=run_id, trigger=trigger)
