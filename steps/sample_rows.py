"""Raw samples in and out of PostgreSQL: whole uploads per statement, in binary, without models.

An upload of a thousand samples is the product's hottest path; model instances and text adaptation
would cost ten times the work of the database itself.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from steps import binary
from steps.models import Report
from steps.readings import Delivery


class SampleRow(NamedTuple):
    """What one statement says of a sample, apart from what its whole delivery shares."""

    external_id: str
    source_id: uuid.UUID
    start: datetime
    end: datetime
    steps: Decimal
    manual: bool
    written_at: datetime


class StoredSample(NamedTuple):
    """A stored sample with the time of the report that stated it last."""

    row: SampleRow
    as_of: datetime


class Stone(NamedTuple):
    """A sample that is gone: for good, or (not ``final``) until a report newer than ``at``."""

    external_id: str
    at: datetime
    final: bool


_COLUMNS = 'external_id, source_id, start, "end", steps, manual, written_at'
_FIND = f"""
    SELECT {_COLUMNS}, as_of FROM steps_sample
    WHERE connection_id = %s AND external_id = ANY(%s)
"""  # noqa: S608 - constants only
_BURIED = """
    SELECT external_id FROM steps_tombstone
    WHERE connection_id = %s AND external_id = ANY(%s) AND (final OR deleted_at > %s)
"""
_BURY = """
    INSERT INTO steps_tombstone (connection_id, external_id, deleted_at, final)
    SELECT %s, * FROM unnest(%b::text[], %b::timestamptz[], %b::bool[])
    ON CONFLICT (connection_id, external_id) DO UPDATE SET
        deleted_at = greatest(steps_tombstone.deleted_at, excluded.deleted_at),
        final = steps_tombstone.final OR excluded.final
"""
_LEFT_OUT = f"""
    SELECT {_COLUMNS}, as_of FROM steps_sample
    WHERE connection_id = %s AND installation_id = %s AND start >= %s AND "end" <= %s
      AND as_of < %s AND external_id <> ALL(%s)
"""  # noqa: S608 - constants only
_DELETE = "DELETE FROM steps_sample WHERE connection_id = %s AND external_id = ANY(%s)"
_UPSERT = """
    INSERT INTO steps_sample (
        person_id, connection_id, installation_id, as_of, report_id,
        external_id, source_id, start, "end", steps, manual, written_at
    )
    SELECT %s, %s, %s, %s, %s, * FROM unnest(
        %b::text[], %b::uuid[], %b::timestamptz[], %b::timestamptz[], %b::numeric[],
        %b::bool[], %b::timestamptz[]
    )
    ON CONFLICT (connection_id, external_id) DO UPDATE SET
        installation_id = excluded.installation_id, as_of = excluded.as_of,
        report_id = excluded.report_id, source_id = excluded.source_id, start = excluded.start,
        "end" = excluded."end", steps = excluded.steps, manual = excluded.manual,
        written_at = excluded.written_at
"""


def find(connection_id: uuid.UUID, external_ids: Sequence[str]) -> dict[str, StoredSample]:
    """Return the stored samples among the given ids."""
    rows = binary.rows(_FIND, [connection_id, list(external_ids)])
    return {row[0]: StoredSample(SampleRow(*row[:-1]), row[-1]) for row in rows}


def buried(connection_id: uuid.UUID, external_ids: Sequence[str], *, as_of: datetime) -> set[str]:
    """Return the ids among the given ones of which a report as of then can say nothing any more.

    Their platform has deleted them, or they were missing from a later complete window.
    """
    return {row[0] for row in binary.rows(_BURIED, [connection_id, list(external_ids), as_of])}


def bury(connection_id: uuid.UUID, stones: Sequence[Stone]) -> None:
    """Remember that samples are gone; each id once."""
    if stones:
        columns = map(list, zip(*stones, strict=True))
        binary.run(_BURY, [connection_id, *columns])


def left_out(delivery: Delivery, listed: Sequence[str]) -> list[StoredSample]:
    """Return this phone's older samples inside the delivery's complete window that it lists not."""
    assert delivery.window is not None
    parameters = [
        delivery.connection_id,
        delivery.installation_id,
        delivery.window.start,
        delivery.window.end,
        delivery.as_of,
        list(listed),
    ]
    return [
        StoredSample(SampleRow(*row[:-1]), row[-1]) for row in binary.rows(_LEFT_OUT, parameters)
    ]


def delete(connection_id: uuid.UUID, external_ids: Sequence[str]) -> None:
    """Remove samples by id."""
    if external_ids:
        binary.run(_DELETE, [connection_id, list(external_ids)])


def upsert(delivery: Delivery, report: Report, rows: Sequence[SampleRow]) -> None:
    """Insert samples, or put them in the place of older statements about the same ids."""
    if not rows:
        return
    shared = [
        delivery.person_id,
        delivery.connection_id,
        delivery.installation_id,
        delivery.as_of,
        report.pk,
    ]
    binary.run(_UPSERT, [*shared, *map(list, zip(*rows, strict=True))])
