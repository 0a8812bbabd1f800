"""Decides which windows and day totals a delivery adds or replaces, and writes just those."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from steps.models import Bucket, Channel, Report, Source
from steps.readings import BucketReading, Delivery
from users.calendar import LocalCalendar

_Window = tuple[object, date | None, datetime | None, datetime | None]


@dataclass(slots=True)
class BucketPlan:
    """The writes a delivery needs. ``dates`` are the local days whose steps may have changed."""

    replaced: list[int] = field(default_factory=list)
    rows: list[Bucket] = field(default_factory=list)
    dates: set[date] = field(default_factory=set)
    accepted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.rows

    def apply(self) -> None:
        """Write the plan; the report its rows name must exist."""
        Bucket.objects.filter(pk__in=self.replaced).delete()
        Bucket.objects.bulk_create(self.rows, batch_size=2000)


def plan(
    delivery: Delivery, sources: dict[str, Source], report: Report, calendar: LocalCalendar
) -> BucketPlan:
    """Compare the delivery's windows with what is stored for the same windows.

    A day total belongs to the civil date it names; a window with instants to the person's own day.
    """
    found = BucketPlan()
    if not delivery.buckets:
        return found
    rows = _newest(
        _row(delivery, reading, sources[reading.source.key], report, calendar)
        for reading in delivery.buckets
    )
    stored = _stored(delivery, rows)
    for window, row in rows.items():
        _plan_bucket(found, row, stored.get(window), stored, calendar)
    return found


def with_day_total(delivery: Delivery, dates: Collection[date]) -> frozenset[date]:
    """Return those of the dates for which the delivery's connection has given a day total."""
    if not dates:
        return frozenset()
    rows = Bucket.objects.filter(
        person_id=delivery.person_id,
        source__connection_id=delivery.connection_id,
        whole_day=True,
        date__in=dates,
    )
    return frozenset(rows.values_list("date", flat=True))


def _row(
    delivery: Delivery,
    reading: BucketReading,
    source: Source,
    report: Report,
    calendar: LocalCalendar,
) -> Bucket:
    begins = reading.start if not reading.whole_day else None
    return Bucket(
        person_id=delivery.person_id,
        source=source,
        date=calendar.date_of(begins) if begins else reading.date,
        whole_day=reading.whole_day,
        start=reading.start,
        end=reading.end,
        steps=reading.steps,
        manual_steps=reading.manual_steps,
        as_of=delivery.as_of,
        report_id=report.pk,
    )


def _newest(rows: Iterable[Bucket]) -> dict[_Window, Bucket]:
    newest: dict[_Window, Bucket] = {}
    for row in rows:
        known = newest.get(_window(row))
        if known is None or _version(row) > _version(known):
            newest[_window(row)] = row
    return newest


def _window(row: Bucket) -> _Window:
    if row.whole_day:
        return (row.source_id, row.date, None, None)
    return (row.source_id, None, row.start, row.end)


def _stored(delivery: Delivery, rows: dict[_Window, Bucket]) -> dict[_Window, Bucket]:
    """Return what is stored for the same windows and days, whichever day a window was filed under.

    The day of a window can differ from before when the person's calendar has.
    """
    known = Bucket.objects.filter(
        Q(date__in={row.date for row in rows.values()})
        | Q(whole_day=False, start__in={row.start for row in rows.values() if row.start}),
        person_id=delivery.person_id,
        source__in={row.source_id for row in rows.values()},
    )
    return {_window(row): row for row in known}


def _plan_bucket(
    found: BucketPlan,
    row: Bucket,
    stored: Bucket | None,
    around: dict[_Window, Bucket],
    calendar: LocalCalendar,
) -> None:
    if stored is not None and _version(row) <= _version(stored):
        return
    found.rows.append(row)
    if stored is None:
        found.dates |= _days(row, calendar)
    else:
        found.replaced.append(stored.pk)
        if _content(row) == _content(stored):
            if _age_matters(row, stored, around):
                found.dates |= _days(row, calendar)
            return
        found.dates |= _days(row, calendar) | _days(stored, calendar)
    found.accepted += 1


def _age_matters(row: Bucket, stored: Bucket, around: dict[_Window, Bucket]) -> bool:
    """Whether confirming an unchanged row can move the day.

    The age of a day total is held against that of the windows, and of the samples of a phone.
    """
    if row.source.channel != Channel.CLOUD:
        return True
    others = (
        each
        for each in around.values()
        if each.date == row.date and each.whole_day != row.whole_day
    )
    return any(each.as_of != stored.as_of for each in others)


def _days(row: Bucket, calendar: LocalCalendar) -> set[date]:
    if row.whole_day or row.start is None or row.end is None:
        return {row.date}
    return set(calendar.days_touched(row.start, row.end))


def _version(row: Bucket) -> tuple[object, ...]:
    """Order statements about a window; content breaks ties, so arrival order cannot matter."""
    return (row.as_of, row.steps, row.manual_steps, row.date)


def _content(row: Bucket) -> tuple[object, ...]:
    return (row.date, row.steps, row.manual_steps)
