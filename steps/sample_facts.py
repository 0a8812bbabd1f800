"""Decides which raw samples a delivery adds, replaces or removes, and writes just those."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from steps.models import CompleteWindow, Report, Sample, Source, Tombstone
from steps.readings import Delivery, SampleReading

Span = tuple[datetime, datetime]


@dataclass(slots=True)
class SamplePlan:
    """The writes a delivery needs. ``moved``: intervals (UTC) whose steps may have changed."""

    replaced: list[int] = field(default_factory=list)
    rows: list[Sample] = field(default_factory=list)
    tombstones: list[Tombstone] = field(default_factory=list)
    window: CompleteWindow | None = None
    moved: list[Span] = field(default_factory=list)
    accepted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.replaced or self.rows or self.tombstones or self.window)

    def apply(self) -> None:
        """Write the plan; the report its rows name must exist."""
        Sample.objects.filter(pk__in=self.replaced).delete()
        Sample.objects.bulk_create(self.rows, batch_size=2000)
        Tombstone.objects.bulk_create(self.tombstones, ignore_conflicts=True)
        if self.window:
            CompleteWindow.objects.bulk_create(
                [self.window],
                update_conflicts=True,
                unique_fields=["installation_id", "start", "end"],
                update_fields=["as_of"],
            )


def plan(delivery: Delivery, sources: dict[str, Source], report: Report) -> SamplePlan:
    """Compare the delivery's samples, deletions and complete window with what is stored."""
    found = SamplePlan()
    listed = _newest_by_id(delivery.samples)
    _plan_deletions(found, delivery)
    gone = _gone_ids(delivery, listed)
    stored = _stored(delivery, listed)
    newer_windows = _newer_windows(delivery)
    for external_id, reading in listed.items():
        if external_id in gone:
            continue
        row = _row(delivery, reading, sources[reading.source.key], report)
        _plan_sample(found, row, stored.get(external_id), newer_windows)
    _plan_window(found, delivery, listed)
    return found


def _newest_by_id(samples: Iterable[SampleReading]) -> dict[str, SampleReading]:
    """Keep one reading per id; within one delivery the last listed of the latest written holds."""
    newest: dict[str, SampleReading] = {}
    for reading in samples:
        known = newest.get(reading.external_id)
        if known is None or _written(reading) >= _written(known):
            newest[reading.external_id] = reading
    return newest


def _written(reading: SampleReading) -> float:
    return reading.written_at.timestamp() if reading.written_at else float("inf")


def _plan_deletions(found: SamplePlan, delivery: Delivery) -> None:
    if not delivery.deleted:
        return
    known = set(
        Tombstone.objects.filter(
            connection_id=delivery.connection_id, external_id__in=delivery.deleted
        ).values_list("external_id", flat=True)
    )
    found.tombstones = [
        Tombstone(
            connection_id=delivery.connection_id,
            external_id=external_id,
            deleted_at=delivery.as_of,
        )
        for external_id in set(delivery.deleted) - known
    ]
    _remove(
        found,
        Sample.objects.filter(
            connection_id=delivery.connection_id, external_id__in=delivery.deleted
        ),
    )


def _gone_ids(delivery: Delivery, listed: dict[str, SampleReading]) -> set[str]:
    tombstones = Tombstone.objects.filter(
        connection_id=delivery.connection_id, external_id__in=list(listed)
    )
    return set(delivery.deleted) | set(tombstones.values_list("external_id", flat=True))


def _stored(delivery: Delivery, listed: dict[str, SampleReading]) -> dict[str, Sample]:
    rows = Sample.objects.filter(connection_id=delivery.connection_id, external_id__in=list(listed))
    return {row.external_id: row for row in rows}


def _newer_windows(delivery: Delivery) -> list[Span]:
    if delivery.installation_id is None or not delivery.samples:
        return []
    windows = CompleteWindow.objects.filter(
        installation_id=delivery.installation_id, as_of__gt=delivery.as_of
    )
    return list(windows.values_list("start", "end"))


def _row(delivery: Delivery, reading: SampleReading, source: Source, report: Report) -> Sample:
    return Sample(
        person_id=delivery.person_id,
        source=source,
        connection_id=delivery.connection_id,
        installation_id=delivery.installation_id,
        external_id=reading.external_id,
        start=reading.start,
        end=reading.end,
        steps=reading.steps,
        manual=reading.manual,
        written_at=min(reading.written_at or delivery.as_of, delivery.received_at),
        as_of=delivery.as_of,
        report_id=report.pk,
    )


def _plan_sample(
    found: SamplePlan, row: Sample, stored: Sample | None, newer_windows: list[Span]
) -> None:
    if stored is None:
        if any(start <= row.start and row.end <= end for start, end in newer_windows):
            return
        _add(found, row)
    elif _version(row) > _version(stored):
        found.replaced.append(stored.pk)
        found.rows.append(row)
        if _content(row) != _content(stored):
            found.accepted += 1
            found.moved += [(stored.start, stored.end), (row.start, row.end)]


def _add(found: SamplePlan, row: Sample) -> None:
    found.rows.append(row)
    found.accepted += 1
    found.moved.append((row.start, row.end))


def _version(row: Sample) -> tuple[object, ...]:
    """Order statements about a sample; content breaks ties, so arrival order cannot matter."""
    return (row.written_at, row.as_of, row.steps, row.start, row.end, row.manual)


def _content(row: Sample) -> tuple[object, ...]:
    return (row.source_id, row.start, row.end, row.steps, row.manual)


def _plan_window(found: SamplePlan, delivery: Delivery, listed: dict[str, SampleReading]) -> None:
    """Remove this phone's samples inside a complete window that it no longer lists."""
    window = delivery.window
    if window is None or delivery.installation_id is None:
        return
    inside = Sample.objects.filter(
        connection_id=delivery.connection_id,
        installation_id=delivery.installation_id,
        start__gte=window.start,
        end__lte=window.end,
        as_of__lt=delivery.as_of,
    ).exclude(external_id__in=list(listed))
    _remove(found, inside)
    known = CompleteWindow.objects.filter(
        installation_id=delivery.installation_id,
        start=window.start,
        end=window.end,
        as_of__gte=delivery.as_of,
    )
    if not known.exists():
        found.window = CompleteWindow(
            installation_id=delivery.installation_id,
            start=window.start,
            end=window.end,
            as_of=delivery.as_of,
        )


def _remove(found: SamplePlan, rows: Iterable[Sample]) -> None:
    for row in rows:
        found.replaced.append(row.pk)
        found.moved.append((row.start, row.end))
