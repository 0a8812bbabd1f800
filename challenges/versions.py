"""Versions of standings: they only grow, and they say roughly when. Pure.

A version is the microsecond of the change since 1970, or one more than the version before when
the clock has not moved on. Growing per row makes copies converge whatever the order in which they
hear of changes; carrying the time lets a copy ask for "everything since".
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(now: datetime) -> int:
    """Return the instant (aware) as microseconds since 1970."""
    return (now - _EPOCH) // timedelta(microseconds=1)


def next_version(current: int, now: datetime) -> int:
    """Return the version of a change made at ``now`` to a row that stands at ``current``."""
    return max(current + 1, stamp(now))
