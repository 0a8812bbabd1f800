"""Lines of history are kept for a while: what moved a day, when and why.

A day's number, its sources and hours stay; only who said what in between is forgotten.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

BATCH = 10_000
MOST_BATCHES = 100

# Lines are numbered in the order they were written, so the oldest come first and looking for more
# ends at the first batch that is young; no index on the time is needed.
_DROP = """
    DELETE FROM steps_daychange WHERE id IN (
        SELECT id FROM (SELECT id, at FROM steps_daychange ORDER BY id LIMIT %s) AS oldest
        WHERE at < %s
    )
"""


def drop_old(*, now: datetime, batch: int = BATCH, most: int = MOST_BATCHES) -> int:
    """Delete lines older than ``HISTORY_DAYS``; returns how many.

    Each batch commits by itself outside a transaction, and ``most`` bound the work of one call.
    """
    before, deleted = now - timedelta(days=settings.HISTORY_DAYS), 0
    for _ in range(most):
        with connection.cursor() as cursor:
            cursor.execute(_DROP, [batch, before])
            deleted += cursor.rowcount
            if cursor.rowcount < batch:
                break
    return deleted
