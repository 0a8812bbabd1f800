"""How far the engine is behind: connections that are due and not yet being asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

COUNTED = 10_000

_DUE = """
    SELECT count(*), min(next_sync_at) FROM (
        SELECT next_sync_at FROM sync_schedule
        WHERE next_sync_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
        ORDER BY next_sync_at LIMIT %(most)s
    ) due
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Due connections (counted up to ``COUNTED``), and for how long the first has been due."""

    due: int
    oldest: timedelta


def look(*, now: datetime) -> Backlog:
    """Read the beginning of the index of due times."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "most": COUNTED})
        due, first = cursor.fetchone()
    return Backlog(due=due, oldest=now - first if first else timedelta(0))
