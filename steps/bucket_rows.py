"""Windows and day totals in and out of PostgreSQL: a delivery per statement, without models.

A poll says fifty of them every quarter of an hour, and mostly nothing that was not said before.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from steps.models import Report
from steps.readings import Delivery
from users import binary
from users.calendar import ONE_DAY


class BucketRow(NamedTuple):
    """What one statement says, apart from what its whole delivery shares.

    Instants are ticks, steps are thousandths; a ``whole_day`` has no instants.
    """

    source_id: str
    date: date
    whole_day: bool
    start: int | None
    end: int | None
    steps: int
    manual_steps: int


class StoredBucket(NamedTuple):
    """A stored statement; ``as_of`` (ticks) is when it was said last."""

    id: int
    as_of: int
    row: BucketRow


_STORED = """
    SELECT id, as_of, source_id::text, date, whole_day, start, "end", (steps * 1000)::bigint,
        (manual_steps * 1000)::bigint
    FROM steps_bucket
    WHERE person_id = %s AND source_id = ANY(%s)
      AND (date = ANY(%s) OR (NOT whole_day AND start = ANY(%b::timestamptz[])))
"""
# A window that begins on one day may reach into the next, and a zone may have changed since.
_WITH_BUCKETS = """
    SELECT day FROM unnest(%s::date[]) AS day WHERE EXISTS (
        SELECT FROM steps_bucket JOIN steps_source source ON source.id = source_id
        WHERE steps_bucket.person_id = %s AND source.connection_id = %s
          AND date BETWEEN day - 1 AND day + 1 AND (date = day OR NOT whole_day)
    )
"""
_CONFIRM = "UPDATE steps_bucket SET as_of = %s WHERE id = ANY(%b::bigint[])"
_REPLACE = """
    UPDATE steps_bucket SET date = said.date, steps = said.steps * 0.001,
        manual_steps = said.manual_steps * 0.001, as_of = %s, report_id = %s
    FROM unnest(%b::bigint[], %s::date[], %b::bigint[], %b::bigint[])
        AS said (id, date, steps, manual_steps)
    WHERE steps_bucket.id = said.id
"""
_ADD = """
    INSERT INTO steps_bucket (
        person_id, as_of, report_id, source_id, date, whole_day, start, "end", steps, manual_steps
    )
    SELECT %s, %s, %s, (%s::uuid[])[place], date, whole <> 0,
        CASE WHEN whole = 0 THEN begun END, CASE WHEN whole = 0 THEN ended END,
        steps * 0.001, manual_steps * 0.001
    FROM unnest(
        %b::bigint[], %s::date[], %b::bigint[], %b::timestamptz[], %b::timestamptz[],
        %b::bigint[], %b::bigint[]
    ) AS said (place, date, whole, begun, ended, steps, manual_steps)
"""


def around(
    *, person_id: int, source_ids: Collection[uuid.UUID], rows: Collection[BucketRow]
) -> list[StoredBucket]:
    """Return what the sources have said about the same windows and about the days around them.

    Those windows too that were filed under another day, as a person's calendar can change.
    """
    near = {row.date + n * ONE_DAY for row in rows for n in (-1, 0, 1)}
    starts = {row.start for row in rows if row.start is not None}
    parameters = [person_id, list(source_ids), sorted(near), binary.instants(sorted(starts))]
    return [
        StoredBucket(pk, as_of, BucketRow(*said))
        for pk, as_of, *said in binary.rows_in_ticks(_STORED, parameters)
    ]


def dates_with_buckets(delivery: Delivery, dates: Collection[date]) -> frozenset[date]:
    """Return those of the dates for which the delivery's connection has given totals or windows."""
    parameters = [list(dates), delivery.person_id, delivery.connection_id]
    found = binary.rows(_WITH_BUCKETS, parameters)
    return frozenset(row[0] for row in found)


def confirm(delivery: Delivery, stored: Iterable[StoredBucket]) -> None:
    """Let statements hold as of the delivery; which report brought them stays as it is."""
    ids = [each.id for each in stored]
    if ids:
        binary.run(_CONFIRM, [delivery.as_of, binary.integers(ids)])


def replace(
    delivery: Delivery, report: Report, said: Sequence[tuple[StoredBucket, BucketRow]]
) -> None:
    """Put statements in the place of older ones about the same windows."""
    if said:
        columns = [
            binary.integers([stored.id for stored, _ in said]),
            [row.date for _, row in said],
            binary.integers([row.steps for _, row in said]),
            binary.integers([row.manual_steps for _, row in said]),
        ]
        binary.run(_REPLACE, [delivery.as_of, report.pk, *columns])


def add(delivery: Delivery, report: Report, rows: Sequence[BucketRow]) -> None:
    """Store statements about windows of which nothing is known."""
    if not rows:
        return
    sources, dates, whole, start, end, steps, manual = zip(*rows, strict=True)
    places = {source: place for place, source in enumerate(dict.fromkeys(sources), start=1)}
    parameters = [
        delivery.person_id,
        delivery.as_of,
        report.pk,
        list(map(uuid.UUID, places)),
        binary.integers([places[source] for source in sources]),
        list(dates),
        binary.integers(whole),
        binary.instants([each or 0 for each in start]),
        binary.instants([each or 0 for each in end]),
        binary.integers(steps),
        binary.integers(manual),
    ]
    binary.run(_ADD, parameters)
