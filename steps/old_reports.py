"""Reports are kept while anything rests on them, and for a while after that.

A report goes when it is older than ``REPORT_DAYS`` and no line of history, window, day total or
sample names it: then nobody can ask for it from a number any more.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

EVERY = timedelta(days=90)
TURN = timedelta(hours=1)
TURNS = EVERY // TURN
BATCH = 5_000
MOST = 1_000_000

# What a report says lies before it or, by a zone or a day that still runs, this little after it.
AHEAD = timedelta(days=3)

_WHOSE_TURN = """
    SELECT id FROM users_user
    WHERE (id + %(turn)s) %% %(turns)s = 0 AND EXISTS (
        SELECT FROM steps_report WHERE person_id = users_user.id AND received_at < %(before)s
    )
    ORDER BY id
"""
# Facts have no index on their report, so a person's are read once and taken away from the reports.
# History has one, which its foreign key asks for every report that goes. Nothing ever begins to
# name an old report, so what one statement sees is enough; others may delete the same at once.
_DROP = """
    DELETE FROM steps_report WHERE id IN (
        SELECT id FROM steps_report WHERE id IN (
            SELECT id FROM steps_report
            WHERE person_id = %(person)s AND received_at < %(before)s
            EXCEPT
            SELECT report_id FROM steps_bucket
            WHERE person_id = %(person)s AND date < %(ahead)s::date
            EXCEPT
            SELECT report_id FROM steps_sample
            WHERE person_id = %(person)s AND "end" < %(ahead)s
        )
        AND NOT EXISTS (SELECT FROM steps_daychange WHERE report_id = steps_report.id)
        LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    )
"""


def drop_old(*, now: datetime, batch: int = BATCH, most: int = MOST) -> int:
    """Delete the old reports of the people whose turn it is; returns how many.

    Called every hour, each person has a turn in ninety days. A statement deletes ``batch`` at most
    and commits by itself outside a transaction; after ``most`` the others wait for their next turn.
    """
    before, deleted = now - timedelta(days=settings.REPORT_DAYS), 0
    for person_id in _whose_turn(now, before):
        deleted += _drop(person_id, before, batch)
        if deleted >= most:
            break
    return deleted


def _whose_turn(now: datetime, before: datetime) -> list[int]:
    turn = int(now.timestamp() // TURN.total_seconds())
    with connection.cursor() as cursor:
        cursor.execute(_WHOSE_TURN, {"turn": turn, "turns": TURNS, "before": before})
        return [person_id for (person_id,) in cursor.fetchall()]


def _drop(person_id: int, before: datetime, batch: int) -> int:
    deleted: int = 0
    wanted: dict[str, Any] = {"person": person_id, "before": before, "ahead": before + AHEAD}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DROP, wanted | {"batch": batch})
            deleted += cursor.rowcount
            if cursor.rowcount < batch:
                return deleted
