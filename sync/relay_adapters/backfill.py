"""Fills days that nothing was known about from an export of Apple Health.

A person can edit such a file, so it only ever fills gaps: a day the phone's own uploads have said
anything about is left alone, up or down.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction

from challenges.scoring import record_days
from integrations.models import Connection
from integrations.relay1 import RelaySample
from steps import ledger
from steps.models import Bucket, FoldedDay, Report, Sample
from steps.readings import Delivery
from sync.relay_intake import sample_reading
from users.calendar import LocalCalendar

BATCH = 5000


@dataclass(slots=True)
class Filled:
    """What became of an export so far, in samples; ``days`` are the local days that moved."""

    read: int = 0
    stored: int = 0
    covered: int = 0
    outside: int = 0
    rejected: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The local days to fill, both included."""

    first: date
    last: date


def backfill(
    *,
    connection: Connection,
    samples: Iterable[RelaySample],
    exported_at: Callable[[], datetime | None],
    span: Span,
    now: datetime,
    progress: Callable[[Filled], None],
) -> Filled:
    """Store what fills gaps, batch by batch; doing it again changes nothing.

    ``exported_at`` is asked once samples have come. A file that breaks off in the middle leaves
    whole batches behind, and the next attempt goes on from there.
    """
    calendar = connection.person.calendar
    covered = covered_days(connection_id=connection.pk, calendar=calendar)
    filled, changed = Filled(), set[date]()
    for batch in _batches(samples):
        filled.read += len(batch)
        wanted = [each for each in batch if _wanted(each, calendar, span, covered, filled)]
        if wanted:
            as_of = min(exported_at() or now, now)
            changed |= _store(connection, wanted, as_of, filled, now)
            filled.days = len(changed)
        progress(filled)
    return filled


def covered_days(*, connection_id: uuid.UUID, calendar: LocalCalendar) -> set[date]:
    """Return the local days about which the connection itself has said anything."""
    imported = Report.Via.IMPORT
    spans = Sample.objects.filter(connection_id=connection_id).exclude(report__via=imported)
    days = {
        day
        for start, end in spans.values_list("start", "end").iterator()
        for day in calendar.days_touched(start, end)
    }
    buckets = Bucket.objects.filter(source__connection_id=connection_id)
    days.update(buckets.exclude(report__via=imported).values_list("date", flat=True))
    folded = FoldedDay.objects.filter(source__connection_id=connection_id)
    return days | set(folded.values_list("date", flat=True))


def _batches(samples: Iterable[RelaySample]) -> Iterator[list[RelaySample]]:
    source = iter(samples)
    while batch := list(islice(source, BATCH)):
        yield batch


def _wanted(
    sample: RelaySample, calendar: LocalCalendar, span: Span, covered: set[date], filled: Filled
) -> bool:
    if sample.end - sample.start > timedelta(days=2):
        filled.rejected += 1
        return False
    days = calendar.days_touched(sample.start, sample.end)
    if days[0] < span.first or days[-1] > span.last:
        filled.outside += 1
        return False
    if not covered.isdisjoint(days):
        filled.covered += 1
        return False
    return True


@transaction.atomic
def _store(
    connection: Connection,
    samples: list[RelaySample],
    as_of: datetime,
    filled: Filled,
    now: datetime,
) -> frozenset[date]:
    recorded = ledger.record(
        Delivery(
            person_id=connection.person_id,
            connection_id=connection.pk,
            provider=connection.provider,
            via=Report.Via.IMPORT,
            as_of=as_of,
            received_at=now,
            samples=tuple(sample_reading(each) for each in samples),
        ),
        why="health_export_import",
    )
    record_days(person_id=connection.person_id, dates=recorded.changed, now=now)
    filled.stored += recorded.accepted
    filled.rejected += len(recorded.rejected)
    return recorded.changed
