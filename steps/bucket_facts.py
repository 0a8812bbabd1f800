"""Decides which windows and day totals a delivery adds, replaces or only confirms."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from steps import bucket_rows
from steps.bucket_rows import BucketRow, StoredBucket
from steps.models import Channel, Report, Source
from steps.readings import BucketReading, Delivery
from steps.ticks import instant, thousandths, ticks
from users.calendar import LocalCalendar

_Window = tuple[str, date | None, int | None, int | None]


@dataclass(slots=True)
class BucketPlan:
    """The writes a delivery needs. ``dates`` are the local days whose steps may have changed.

    ``confirmed`` are stored statements that are only said again, as of a later time.
    """

    added: list[BucketRow] = field(default_factory=list)
    replaced: list[tuple[StoredBucket, BucketRow]] = field(default_factory=list)
    confirmed: list[StoredBucket] = field(default_factory=list)
    dates: set[date] = field(default_factory=set)

    @property
    def accepted(self) -> int:
        """How many statements say something new."""
        return len(self.added) + len(self.replaced)

    def apply(self, delivery: Delivery, report: Report) -> None:
        """Write the plan; the report must be stored if anything is accepted."""
        bucket_rows.confirm(delivery, self.confirmed)
        bucket_rows.replace(delivery, report, self.replaced)
        bucket_rows.add(delivery, report, self.added)


def plan(
    delivery: Delivery,
    sources: dict[str, Source],
    every_source: Iterable[Source],
    calendar: LocalCalendar,
) -> BucketPlan:
    """Compare the delivery's windows with what is stored for the same windows.

    A day total belongs to the civil date it names; a window with instants to the person's own day.
    ``sources`` are those of the delivery by key, ``every_source`` all of the person.
    """
    found = BucketPlan()
    if not delivery.buckets:
        return found
    rows = _newest(_row(each, sources[each.source.key], calendar) for each in delivery.buckets)
    own = [each.pk for each in every_source if each.connection_id == delivery.connection_id]
    stored = bucket_rows.around(
        person_id=delivery.person_id, source_ids=own, rows=list(rows.values())
    )
    known, as_of = {_window(each.row): each for each in stored}, ticks(delivery.as_of)
    for window, row in rows.items():
        _plan_bucket(found, row, known.get(window), as_of)
    found.dates = set(_moved(found, calendar))
    if found.confirmed:
        cloud = {str(each.pk) for each in sources.values() if each.channel == Channel.CLOUD}
        found.dates |= _aged(found, stored, as_of, calendar, cloud)
    return found


def with_buckets(delivery: Delivery, dates: Collection[date]) -> frozenset[date]:
    """Return those of the dates for which its connection has given totals or windows."""
    return bucket_rows.dates_with_buckets(delivery, dates) if dates else frozenset()


def _row(reading: BucketReading, source: Source, calendar: LocalCalendar) -> BucketRow:
    whole = reading.whole_day
    start = None if whole else reading.start
    return BucketRow(
        str(source.pk),
        calendar.date_of(start) if start else reading.date,
        whole,
        ticks(start) if start else None,
        ticks(reading.end) if start and reading.end else None,
        thousandths(reading.steps),
        thousandths(reading.manual_steps),
    )


def _newest(rows: Iterable[BucketRow]) -> dict[_Window, BucketRow]:
    newest: dict[_Window, BucketRow] = {}
    for row in rows:
        known = newest.setdefault(_window(row), row)
        if known is not row and _content(row) > _content(known):
            newest[_window(row)] = row
    return newest


def _window(row: BucketRow) -> _Window:
    return (row.source_id, row.date if row.whole_day else None, row.start, row.end)


def _plan_bucket(
    found: BucketPlan, row: BucketRow, stored: StoredBucket | None, as_of: int
) -> None:
    if stored is None:
        found.added.append(row)
    elif _content(row) == _content(stored.row):
        if as_of > stored.as_of:
            found.confirmed.append(stored)
    elif as_of >= stored.as_of:
        found.replaced.append((stored, row))


def _content(row: BucketRow) -> tuple[int, int, date]:
    """What of a statement can differ; within a delivery, which has no order, the most holds."""
    return (row.steps, row.manual_steps, row.date)


def _moved(found: BucketPlan, calendar: LocalCalendar) -> Iterator[date]:
    """Give the local days whose statements are others now."""
    for row in found.added:
        yield from _days(row, calendar)
    for stored, row in found.replaced:
        yield from _days(row, calendar)
        yield from _days(stored.row, calendar)


def _aged(
    found: BucketPlan,
    stored: Iterable[StoredBucket],
    as_of: int,
    calendar: LocalCalendar,
    cloud: Collection[str],
) -> set[date]:
    """Return the local days that can move because statements are said again.

    A day goes by which of its statements is the newer one: its total, its windows, and the samples
    of a phone, whose ages are not known here. Only a tracker's ``cloud`` has no samples.
    """
    sampled = [each for each in found.confirmed if each.row.source_id not in cloud]
    days = {day for each in sampled for day in _days(each.row, calendar)}
    said = {each.id for each in found.confirmed} | {each.id for each, _ in found.replaced}
    others = [each for each in stored if each.id not in said]
    if _order_changes(found.confirmed, others, as_of):
        days |= _days_in_other_order(found.confirmed, others, as_of, calendar)
    return days


def _days_in_other_order(
    confirmed: Iterable[StoredBucket],
    others: Iterable[StoredBucket],
    as_of: int,
    calendar: LocalCalendar,
) -> set[date]:
    own_by_day, others_by_day = _by_day(confirmed, calendar), _by_day(others, calendar)
    return {
        day
        for day, own in own_by_day.items()
        if _order_changes(own, others_by_day.get(day, []), as_of)
    }


def _order_changes(
    confirmed: Sequence[StoredBucket], others: Iterable[StoredBucket], as_of: int
) -> bool:
    """Whether another statement is the newer one once ``confirmed`` hold as of ``as_of``."""
    oldest = min(each.as_of for each in confirmed)
    if any(each.as_of != oldest for each in confirmed):
        return True
    return any(oldest <= each.as_of <= as_of for each in others)


def _by_day(
    statements: Iterable[StoredBucket], calendar: LocalCalendar
) -> dict[date, list[StoredBucket]]:
    found: dict[date, list[StoredBucket]] = {}
    for each in statements:
        for day in _days(each.row, calendar):
            found.setdefault(day, []).append(each)
    return found


def _days(row: BucketRow, calendar: LocalCalendar) -> set[date]:
    if row.start is None or row.end is None:
        return {row.date}
    return set(calendar.days_touched(instant(row.start), instant(row.end)))
