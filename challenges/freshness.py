"""How current a person's number on a board is. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

FRESH_FOR = timedelta(hours=24)


class Freshness(StrEnum):
    """What a board says about the age of a number."""

    FRESH = "fresh"
    STALE = "stale"
    BROKEN = "broken"
    NONE = "none"


def freshness_of(
    *, confirmed_at: datetime | None, broken_since: datetime | None, now: datetime
) -> Freshness:
    """Judge by the last time a source told us how things stand (aware instants).

    Never confirmed is ``none``, no working connection is ``broken``, confirmed within the last
    24 hours is ``fresh``, anything older ``stale``.
    """
    if confirmed_at is None:
        return Freshness.NONE
    if broken_since is not None:
        return Freshness.BROKEN
    return Freshness.FRESH if now - confirmed_at <= FRESH_FOR else Freshness.STALE
