"""Raw samples in and out of PostgreSQL: whole uploads per statement, in binary, without models.

An upload of a thousand samples is the product's hottest path; model instances and text adaptation
would cost ten times the work of the database itself.
"""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from steps.models import Report
from steps.readings import Delivery
from users import binary
from users.binary import Question, Statement


class SampleRow(NamedTuple):
    """What one statement says of a sample, apart from what its whole delivery shares.

    Instants are ticks, steps are thousandths.
    """

    external_id: str
    source_id: str
    start: int
    end: int
    steps: int
    manual: bool
    written_at: int


class StoredSample(NamedTuple):
    """A stored sample with the time of the report that stated it last."""

    row: SampleRow
    as_of: int


class Known(NamedTuple):
    """What is known about the ids of a delivery.

    ``stored`` has the columns of stored samples as they were read, ``as_of`` last: of a repeat's
    thousand nobody wants more than to compare them (``stored_sample`` makes what they mean).
    Of the ``gone`` ones it can say nothing any more: their platform has deleted them, or a later
    statement about them is void already. ``newer_windows``: start and end of the complete windows
    that its phone has listed since, in other batches.
    """

    stored: dict[str, tuple[Any, ...]]
    gone: set[str]
    newer_windows: list[tuple[int, int]]


NOTHING_KNOWN = Known(stored={}, gone=set(), newer_windows=[])


class Stone(NamedTuple):
    """A sample that is gone: for good, or (not ``final``) all that was said of it up to ``at``."""

    external_id: str
    at: int
    final: bool


_COLUMNS = """
    external_id, source_id::text, start, "end", (steps * 1000)::bigint, manual, written_at
"""
_FIND = f"""
    SELECT {_COLUMNS}, as_of FROM steps_sample
    WHERE connection_id = %s AND external_id = ANY(%b::text[])
"""  # noqa: S608 - constants only
_FINAL = """
    SELECT external_id FROM steps_tombstone
    WHERE connection_id = %s AND external_id = ANY(%b::text[]) AND final
"""
_KNOWN = f"""
    SELECT 0, {_COLUMNS}, as_of FROM steps_sample
    WHERE connection_id = %(connection)s AND external_id = ANY(%(ids)b::text[])
    UNION ALL
    SELECT 1, external_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM steps_tombstone
    WHERE connection_id = %(connection)s AND external_id = ANY(%(ids)b::text[])
      AND (final OR deleted_at >= %(as_of)s)
      AND EXISTS (SELECT FROM steps_tombstone WHERE connection_id = %(connection)s)
    UNION ALL
    SELECT 2, NULL, NULL, start, "end", NULL, NULL, NULL, NULL FROM steps_completewindow AS seen
    WHERE installation_id = %(installation)s AND as_of > %(as_of)s
      AND NOT (%(batch)s <> '' AND EXISTS (
        SELECT FROM steps_report
        WHERE person_id = %(person)s AND connection_id = %(connection)s
          AND batch_id = %(batch)s AND as_of = seen.as_of AND received_at >= seen.as_of
      ))
"""  # noqa: S608 - constants only
_BURY = """
    INSERT INTO steps_tombstone (connection_id, external_id, deleted_at, final)
    SELECT %s, id, at, final <> 0
    FROM unnest(%b::text[], %b::timestamptz[], %b::bigint[]) AS stone (id, at, final)
    ON CONFLICT (connection_id, external_id) DO UPDATE SET
        deleted_at = greatest(steps_tombstone.deleted_at, excluded.deleted_at),
        final = steps_tombstone.final OR excluded.final
"""
_LEFT_OUT = f"""
    SELECT {_COLUMNS}, as_of FROM steps_sample
    WHERE connection_id = %s AND installation_id = %s AND start >= %s AND "end" <= %s
      AND as_of < %s AND external_id <> ALL(%b::text[])
      AND (SELECT batch_id = %s FROM steps_report WHERE id = report_id) IS NOT TRUE
"""  # noqa: S608 - constants only
_DELETE = "DELETE FROM steps_sample WHERE connection_id = %s AND external_id = ANY(%b::text[])"
_UPSERT = """
    INSERT INTO steps_sample (
        person_id, connection_id, installation_id, as_of, report_id,
        external_id, source_id, start, "end", steps, manual, written_at
    )
    SELECT %s, %s, %s, %s, %s, id, (%s::uuid[])[place], begun, ended, steps * 0.001,
        manual <> 0, written
    FROM unnest(
        %b::text[], %b::bigint[], %b::timestamptz[], %b::timestamptz[], %b::bigint[],
        %b::bigint[], %b::timestamptz[]
    ) AS sample (id, place, begun, ended, steps, manual, written)
    ON CONFLICT (connection_id, external_id) DO UPDATE SET
        installation_id = excluded.installation_id, as_of = excluded.as_of,
        report_id = excluded.report_id, source_id = excluded.source_id, start = excluded.start,
        "end" = excluded."end", steps = excluded.steps, manual = excluded.manual,
        written_at = excluded.written_at
"""


def find(connection_id: uuid.UUID, external_ids: Sequence[str]) -> dict[str, StoredSample]:
    """Return the stored samples among the given ids."""
    rows = binary.rows_in_ticks(_FIND, [connection_id, binary.texts(external_ids)])
    return {row[0]: stored_sample(row) for row in rows}


def deleted_for_good(connection_id: uuid.UUID, external_ids: Sequence[str]) -> set[str]:
    """Return the ids among the given ones that their platform has deleted."""
    return {row[0] for row in binary.rows(_FINAL, [connection_id, binary.texts(external_ids)])}


def known(delivery: Delivery) -> Question[Known]:
    """Ask what is known about the ids of a delivery's samples and by its phone."""
    parameters = {
        "person": delivery.person_id,
        "connection": delivery.connection_id,
        "batch": delivery.batch_id,
        "installation": delivery.installation_id,
        "ids": binary.texts([sample[0] for sample in delivery.samples]),
        "as_of": delivery.as_of,
    }
    return Question(Statement(_KNOWN, parameters, in_ticks=True), _known)


def _known(rows: list[Any]) -> Known:
    return Known(
        stored={row[1]: row[1:] for row in rows if row[0] == 0},
        gone={row[1] for row in rows if row[0] == 1},
        newer_windows=[(row[3], row[4]) for row in rows if row[0] == 2],
    )


def stored_sample(columns: tuple[Any, ...]) -> StoredSample:
    """Return what columns that were read mean."""
    return StoredSample(SampleRow(*columns[:-1]), columns[-1])


def bury(connection_id: uuid.UUID, stones: Sequence[Stone]) -> None:
    """Remember that samples are gone; each id once."""
    if stones:
        ids, at, final = zip(*stones, strict=True)
        columns = [binary.texts(ids), binary.instants(at), binary.integers(final)]
        binary.run(_BURY, [connection_id, *columns])


def left_out(delivery: Delivery, listed: Sequence[str]) -> list[StoredSample]:
    """Return this phone's older samples inside the delivery's complete window that it lists not.

    Those that other parts of the same batch have listed are not among them.
    """
    assert delivery.window is not None
    parameters = [
        delivery.connection_id,
        delivery.installation_id,
        delivery.window.start,
        delivery.window.end,
        delivery.as_of,
        binary.texts(listed),
        delivery.batch_id or None,
    ]
    return [stored_sample(row) for row in binary.rows_in_ticks(_LEFT_OUT, parameters)]


def delete(connection_id: uuid.UUID, external_ids: Sequence[str]) -> None:
    """Remove samples by id."""
    if external_ids:
        binary.run(_DELETE, [connection_id, binary.texts(external_ids)])


def upsert(delivery: Delivery, report: Report, rows: Sequence[SampleRow]) -> None:
    """Insert samples, or put them in the place of older statements about the same ids."""
    if not rows:
        return
    ids, sources, start, end, steps, manual, written = zip(*rows, strict=True)
    places = {source: place for place, source in enumerate(dict.fromkeys(sources), start=1)}
    parameters = [
        delivery.person_id,
        delivery.connection_id,
        delivery.installation_id,
        delivery.as_of,
        report.pk,
        list(map(uuid.UUID, places)),
        binary.texts(ids),
        binary.integers([places[source] for source in sources]),
        *map(binary.instants, (start, end)),
        *map(binary.integers, (steps, manual)),
        binary.instants(written),
    ]
    binary.run(_UPSERT, parameters)
