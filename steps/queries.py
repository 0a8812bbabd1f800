"""Reads of merged days, their explanation and the person's sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from steps.derive import Derived, derive
from steps.models import Day, DayChange, Source
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One local day worked out again from the ledger, with everything that ever changed it."""

    person: User
    derived: Derived
    stored: Day | None
    sources: dict[str, Source]
    changes: list[DayChange]


def days_between(*, person_id: int, first: date, last: date) -> list[Day]:
    """Return the stored days of ``first`` to ``last`` inclusive; days without a row are unknown."""
    return list(
        Day.objects.filter(person_id=person_id, date__range=(first, last))
        .select_related("source")
        .order_by("date")
    )


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
    )


def sources_of(*, person_id: int) -> list[Source]:
    """Return the person's sources, the person's own order first."""
    rows = Source.objects.filter(person_id=person_id)
    return sorted(rows, key=lambda source: (source.position or 1000, source.first_seen_at))
