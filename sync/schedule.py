"""When to look again. Pure: random numbers and time are arguments."""

from datetime import datetime, timedelta

JITTER = 0.2
FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=6)


def next_poll(now: datetime, interval: timedelta, chance: float) -> datetime:
    """Return the next due time after a success.

    ``chance`` in [0, 1) spreads accounts by up to ``JITTER`` of the interval either way.
    """
    return now + interval * (1 + JITTER * (2 * chance - 1))


def retry_after_failure(now: datetime, failures: int, chance: float) -> datetime:
    """Return the due time after the ``failures``-th failure in a row (1 is the first).

    Doubles from 30 s to 6 h, then half of it is left to ``chance`` so that accounts spread.
    """
    doublings = min(max(failures, 1) - 1, 20)
    backoff = min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)
    spread: timedelta = backoff * (0.5 + chance / 2)
    return now + spread
