"""Decides which windows and day totals a delivery adds or replaces, and writes just those."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from steps.models import Bucket, Report, Source
from steps.readings import BucketReading, Delivery

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


def plan(delivery: Delivery, sources: dict[str, Source], report: Report) -> BucketPlan:
    """Compare the delivery's windows with what is stored for the same windows."""
    found = BucketPlan()
    if not delivery.buckets:
        return found
    rows = _newest(
        _row(delivery, reading, sources[reading.source.key], report) for reading in delivery.buckets
    )
    stored = _stored(delivery, sources)
    for window, row in rows.items():
        _plan_bucket(found, row, stored.get(window))
    return found


def _row(delivery: Delivery, reading: BucketReading, source: Source, report: Report) -> Bucket:
    return Bucket(
        person_id=delivery.person_id,
        source=source,
        date=reading.date,
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


def _stored(delivery: Delivery, sources: dict[str, Source]) -> dict[_Window, Bucket]:
    dates = {reading.date for reading in delivery.buckets}
    rows = Bucket.objects.filter(
        person_id=delivery.person_id,
        date__in=dates,
        source__in=[source.pk for source in sources.values()],
    )
    return {_window(row): row for row in rows}


def _plan_bucket(found: BucketPlan, row: Bucket, stored: Bucket | None) -> None:
    if stored is not None and _version(row) <= _version(stored):
        return
    found.rows.append(row)
    if stored is not None:
        found.replaced.append(stored.pk)
        if _content(row) == _content(stored):
            return
        found.dates.add(stored.date)
    found.accepted += 1
    found.dates.add(row.date)


def _version(row: Bucket) -> tuple[object, ...]:
    """Order statements about a window; content breaks ties, so arrival order cannot matter."""
    return (row.as_of, row.steps, row.manual_steps)


def _content(row: Bucket) -> tuple[object, ...]:
    return (row.date, row.steps, row.manual_steps)
