"""The merged days as they are kept, with their history, without models: each upload comes here."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from users import binary
from users.binary import Question, Statement


class Kept(NamedTuple):
    """What is kept of a day."""

    steps: int | None
    steps_with_manual: int | None
    source_id: str | None


NOTHING = Kept(None, None, None)


class Moved(NamedTuple):
    """A day that is to be kept otherwise than before; ``zone`` is the one it began in."""

    date: date
    before: Kept
    after: Kept
    zone: str


_KEPT = """
    SELECT date, steps, steps_with_manual, source_id::text
    FROM steps_day WHERE person_id = %s AND date = ANY(%s)
"""
_KEEP = """
    WITH moved AS (
        SELECT * FROM unnest(
            %(dates)s::date[], %(before)s::bigint[], %(steps)s::bigint[],
            %(with_manual)s::bigint[], %(sources)s::uuid[], %(zones)s::text[]
        ) AS day (date, before, steps, with_manual, source_id, zone)
    ), kept AS (
        INSERT INTO steps_day AS day (
            person_id, date, steps, steps_with_manual, source_id, zone, rule, updated_at
        )
        SELECT %(person)s, date, steps, with_manual, source_id, zone, %(rule)s, %(at)s FROM moved
        ON CONFLICT (person_id, date) DO UPDATE SET
            steps = excluded.steps, steps_with_manual = excluded.steps_with_manual,
            source_id = excluded.source_id, rule = excluded.rule, updated_at = excluded.updated_at
    )
    INSERT INTO steps_daychange (person_id, date, at, steps_before, steps_after, why, report_id)
    SELECT %(person)s, date, %(at)s, before, steps, %(why)s, %(report)s FROM moved
    WHERE before IS DISTINCT FROM steps ORDER BY date
"""


def kept(*, person_id: int, dates: Collection[date]) -> dict[date, Kept]:
    """Return what is kept of the given days; a missing key is unknown."""
    return binary.ask(of_person(person_id=person_id, dates=dates))[0]


def of_person(*, person_id: int, dates: Collection[date]) -> Question[dict[date, Kept]]:
    """Ask for the same together with something else."""
    return Question(Statement(_KEPT, [person_id, list(dates)]), _by_date)


def _by_date(rows: list[Any]) -> dict[date, Kept]:
    return {row[0]: Kept(*row[1:]) for row in rows}


def keep(
    *,
    person_id: int,
    moved: Iterable[Moved],
    rule: int,
    report_id: uuid.UUID | None,
    why: str,
    at: datetime,
) -> None:
    """Keep days otherwise, each with a line of history where its steps without hand-typed moved."""
    days = list(moved)
    if not days:
        return
    sources = [each.after.source_id for each in days]
    parameters = {
        "dates": [each.date for each in days],
        "before": [each.before.steps for each in days],
        "steps": [each.after.steps for each in days],
        "with_manual": [each.after.steps_with_manual for each in days],
        "sources": [uuid.UUID(source) if source else None for source in sources],
        "zones": [each.zone for each in days],
        "person": person_id,
        "rule": rule,
        "at": at,
        "why": why,
        "report": report_id,
    }
    binary.run(_KEEP, parameters)
