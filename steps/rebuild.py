"""Derives days again where no delivery asks for it: a new order, a source forgotten, a repair."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from steps import days
from steps.derive import Derived, derive, differs, rederive
from steps.kept_days import NOTHING, Kept, kept
from steps.models import (
    Bucket,
    CompleteWindow,
    Day,
    FoldedDay,
    Report,
    Sample,
    Source,
    Tombstone,
)
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A day that is not kept as its facts say: steps, and steps with what was typed by hand."""

    date: date
    kept: tuple[int | None, int | None]
    said: tuple[int | None, int | None]


@transaction.atomic
def open_days(*, person_id: int, why: str, now: datetime) -> frozenset[date]:
    """Derive every day again that is still open to late data; returns those that moved."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    first = days.first_open(person.calendar, now)
    dates = Day.objects.filter(person=person, date__gte=first).values_list("date", flat=True)
    return rederive(person=person, dates=set(dates), report_id=None, why=why, now=now)


@transaction.atomic
def days_again(
    *, person_id: int, dates: Collection[date], why: str, now: datetime
) -> frozenset[date]:
    """Derive the given days again and store what differs; returns the days that moved."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    return rederive(person=person, dates=dates, report_id=None, why=why, now=now)


def differences(*, person: User, dates: Collection[date]) -> list[Difference]:
    """Compare what is kept of the days with what their facts say; writes nothing."""
    stored = kept(person_id=person.pk, dates=dates)
    return [
        _difference(stored.get(derived.date), derived)
        for derived in derive(person=person, dates=dates)
        if differs(stored.get(derived.date), derived)
    ]


def _difference(stored: Kept | None, derived: Derived) -> Difference:
    return Difference(date=derived.date, kept=(stored or NOTHING)[:2], said=derived.outcome[:2])


def days_known(*, person: User, first: date | None, last: date | None) -> list[date]:
    """Return every local day in the range that is kept or has facts, oldest first."""
    low, high = first or date.min, last or date.max
    kept = Day.objects.filter(person=person).values_list("date", flat=True)
    known = set(kept) | set(_dates_of(person, None))
    return sorted(day for day in known if low <= day <= high)


@transaction.atomic
def forget_connection(
    *, person_id: int, connection_id: uuid.UUID, now: datetime
) -> frozenset[date]:
    """Erase everything a connection ever reported; returns the days that moved."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    dates = _dates_of(person, connection_id)
    phones = Sample.objects.filter(connection_id=connection_id, installation_id__isnull=False)
    windows = CompleteWindow.objects.filter(
        installation_id__in=list(phones.values_list("installation_id", flat=True).distinct())
    )
    windows.delete()
    sources = Source.objects.filter(person=person, connection_id=connection_id)
    Sample.objects.filter(connection_id=connection_id).delete()
    Bucket.objects.filter(person=person, source__in=list(sources)).delete()
    sources.delete()
    Report.objects.filter(person=person, connection_id=connection_id).delete()
    Tombstone.objects.filter(connection_id=connection_id).delete()
    return rederive(person=person, dates=dates, report_id=None, why="readings_forgotten", now=now)


def _dates_of(person: User, connection_id: uuid.UUID | None) -> Collection[date]:
    """Return the local days that the facts of one connection, or of all, have a part in."""
    buckets = Bucket.objects.filter(person=person)
    samples = Sample.objects.filter(person=person)
    folded = FoldedDay.objects.filter(person=person)
    if connection_id is not None:
        buckets = buckets.filter(source__connection_id=connection_id)
        samples = samples.filter(connection_id=connection_id)
        folded = folded.filter(source__connection_id=connection_id)
    windows = buckets.filter(whole_day=False).values_list("start", "end")
    spans = [(start, end) for start, end in windows if start and end]
    spans += samples.values_list("start", "end")
    totals = buckets.filter(whole_day=True).values_list("date", flat=True)
    return person.calendar.days_of(spans) | set(totals) | set(folded.values_list("date", flat=True))
