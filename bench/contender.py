"""One of those who claim due connections at the same time: ``python -m bench.contender <how> <n>``.

It prints "ready", waits for a line, claims `n` batches and prints what it got as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import django
from django.db import connection
from django.utils import timezone

BATCH = 500
_BARE = f"""
    UPDATE sync_schedule SET lease_until = %(lease)s WHERE connection_id IN (
        SELECT connection_id FROM sync_schedule
        WHERE next_sync_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
        ORDER BY next_sync_at LIMIT {BATCH} FOR UPDATE SKIP LOCKED
    ) RETURNING connection_id
"""  # noqa: S608 - the number above


def bare(now: datetime) -> list[str]:
    """Claim a batch with one statement; returns the connections."""
    times = {"now": now, "lease": now + timedelta(minutes=3)}
    with connection.cursor() as cursor:
        cursor.execute(_BARE, times)
        return [str(pk) for (pk,) in cursor.fetchall()]


def claim(now: datetime) -> list[str]:
    """Claim a batch as the poller does; returns the connections."""
    # Imported here: models can be imported only after Django is set up.
    from sync.claims import claim_due

    return [str(pk) for pk in claim_due(now=now, limit=BATCH)]


WAYS: dict[str, Callable[[datetime], list[str]]] = {"bare": bare, "claim": claim}


def main(how: str, batches: int) -> None:
    """Get ready, wait for the start, claim, and say what came of it."""
    django.setup()
    way = WAYS[how]
    connection.ensure_connection()
    way(datetime(2000, 1, 1, tzinfo=timezone.now().tzinfo))
    print("ready", flush=True)
    sys.stdin.readline()
    seconds, claimed = [], []
    for _ in range(batches):
        begun = time.perf_counter()
        claimed += way(timezone.now())
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": seconds, "claimed": claimed}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
