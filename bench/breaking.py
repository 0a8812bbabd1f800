"""Ctrl-C, SIGTERM and SIGHUP end a run, whatever the interruption turns into on its way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class BrokenOff(BaseException):
    """Somebody asked us to stop.

    No KeyboardInterrupt: when one passes through ``exec``, which every dataclass uses, Python ends
    as if killed by the signal, although it was caught. No Exception, so that nobody swallows it.
    """


@contextmanager
def breakable() -> Iterator[None]:
    """Let signals end the block. Raises BrokenOff when one came, also if it got lost.

    An interrupted library may answer with an error of its own, and one in a callback is ignored by
    Python; so that it came is remembered and looked at in the end.
    """
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        raise BrokenOff

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        yield
    except BaseException as error:
        if asked:
            raise BrokenOff from error
        raise
    if asked:
        raise BrokenOff
