"""Reads of merged days, their explanation and the person's sources."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from steps.derive import Derived, derive
from steps.findings import open_on
from steps.models import Day, DayChange, Finding, Source
from users import binary
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One local day worked out again from the ledger, with everything that ever changed it."""

    person: User
    derived: Derived
    stored: Day | None
    sources: dict[str, Source]
    changes: list[DayChange]
    findings: list[Finding]


class DayLine(NamedTuple):
    """A stored day with the name of the source that gave it."""

    date: date
    steps: int | None
    updated_at: datetime
    source_id: uuid.UUID | None
    source_name: str | None
    provider: str | None


_DAYS = """
    SELECT day.date, day.steps, day.updated_at, source.id, source.name, source.provider
    FROM steps_day day LEFT JOIN steps_source source ON source.id = day.source_id
    WHERE day.person_id = %s AND day.date BETWEEN %s AND %s
"""


def days_between(*, person_id: int, first: date, last: date) -> dict[date, DayLine]:
    """Return the stored days of ``first`` to ``last`` inclusive; days without a row are unknown."""
    return {row[0]: DayLine(*row) for row in binary.rows(_DAYS, [person_id, first, last])}


def steps_on(*, person_id: int, dates: Iterable[date]) -> dict[date, int | None]:
    """Return the merged steps of the given days; a missing key is unknown."""
    rows = Day.objects.filter(person_id=person_id, date__in=list(dates))
    return dict(rows.values_list("date", "steps"))


def explain(*, person: User, day: date) -> Explanation:
    """Work a day out from its facts and gather its history, newest change last."""
    return Explanation(
        person=person,
        derived=derive(person=person, dates=[day])[0],
        stored=Day.objects.filter(person=person, date=day).first(),
        sources={str(source.pk): source for source in sources_of(person_id=person.pk)},
        changes=list(DayChange.objects.filter(person=person, date=day).order_by("at", "pk")),
        findings=open_on(person_id=person.pk, day=day),
    )


def sources_of(*, person_id: int) -> list[Source]:
    """Return the person's sources, the person's own order first."""
    rows = Source.objects.filter(person_id=person_id)
    return sorted(rows, key=lambda source: (source.position or 1000, source.first_seen_at))
