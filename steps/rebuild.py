"""Derives days again where no delivery asks for it: a new order, a forgotten connection."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction

from steps import days
from steps.derive import rederive
from steps.models import Bucket, Day, Report, Sample, Source, Tombstone
from users.models import User


@transaction.atomic
def open_days(*, person_id: int, why: str, now: datetime) -> frozenset[date]:
    """Derive every day again that is still open to late data; returns those that moved."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    first = person.calendar.date_of(now) - timedelta(days=days.LATE_DATA_DAYS)
    dates = Day.objects.filter(person=person, date__gte=first).values_list("date", flat=True)
    return rederive(person=person, dates=set(dates), report=None, why=why, now=now)


@transaction.atomic
def forget_connection(
    *, person_id: int, connection_id: uuid.UUID, now: datetime
) -> frozenset[date]:
    """Erase everything a connection ever reported; returns the days that moved."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    dates = _dates_of(person, connection_id)
    Source.objects.filter(person=person, connection_id=connection_id).delete()
    Report.objects.filter(person=person, connection_id=connection_id).delete()
    Tombstone.objects.filter(connection_id=connection_id).delete()
    return rederive(person=person, dates=dates, report=None, why="readings_forgotten", now=now)


def _dates_of(person: User, connection_id: uuid.UUID) -> Collection[date]:
    bucket_dates = Bucket.objects.filter(
        person=person, source__connection_id=connection_id
    ).values_list("date", flat=True)
    spans = Sample.objects.filter(person=person, connection_id=connection_id)
    touched = {
        day
        for start, end in spans.values_list("start", "end")
        for day in person.calendar.days_touched(start, end)
    }
    return touched | set(bucket_dates)
