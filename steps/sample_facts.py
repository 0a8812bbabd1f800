"""Decides which raw samples a delivery adds, replaces or removes, and writes just those."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from steps import sample_rows
from steps.models import CompleteWindow, Report, Source, Tombstone
from steps.readings import Delivery, SampleReading
from steps.sample_rows import SampleRow, StoredSample

Span = tuple[datetime, datetime]


@dataclass(slots=True)
class SamplePlan:
    """The writes a delivery needs. ``moved``: intervals (UTC) whose steps may have changed."""

    removed: list[str] = field(default_factory=list)
    rows: list[SampleRow] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    window: CompleteWindow | None = None
    moved: list[Span] = field(default_factory=list)
    accepted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.removed or self.rows or self.buried or self.window)

    def apply(self, delivery: Delivery, report: Report) -> None:
        """Write the plan; the report must be stored."""
        sample_rows.delete(delivery.connection_id, self.removed)
        sample_rows.upsert(delivery, report, self.rows)
        if self.buried:
            _bury(delivery, self.buried)
        if self.window:
            CompleteWindow.objects.bulk_create(
                [self.window],
                update_conflicts=True,
                unique_fields=["installation_id", "start", "end"],
                update_fields=["as_of"],
            )


def plan(delivery: Delivery, sources: dict[str, Source]) -> SamplePlan:
    """Compare the delivery's samples, deletions and complete window with what is stored."""
    found = SamplePlan()
    if delivery.deleted:
        _plan_deletions(found, delivery)
    if delivery.samples:
        _plan_samples(found, delivery, sources)
    if delivery.window is not None and delivery.installation_id is not None:
        _plan_window(found, delivery)
    return found


def _plan_deletions(found: SamplePlan, delivery: Delivery) -> None:
    deleted = set(delivery.deleted)
    known = sample_rows.buried(delivery.connection_id, delivery.deleted)
    found.buried = sorted(deleted - known)
    stored = sample_rows.find(delivery.connection_id, delivery.deleted)
    _remove(found, stored.values())


def _plan_samples(found: SamplePlan, delivery: Delivery, sources: dict[str, Source]) -> None:
    listed = _newest_by_id(delivery)
    ids = list(listed)
    gone = sample_rows.buried(delivery.connection_id, ids).union(delivery.deleted)
    stored = sample_rows.find(delivery.connection_id, ids)
    newer_windows = _newer_windows(delivery)
    keys = {key: source.pk for key, source in sources.items()}
    for external_id, reading in listed.items():
        if external_id in gone:
            continue
        row = SampleRow(
            external_id,
            keys[reading.source.key],
            reading.start,
            reading.end,
            reading.steps,
            reading.manual,
            _written_at(reading, delivery),
        )
        known = stored.get(external_id)
        if known is None:
            _plan_new(found, row, newer_windows)
        elif _version(row, delivery.as_of) > _version(known.row, known.as_of):
            _plan_newer(found, row, known)


def _newest_by_id(delivery: Delivery) -> dict[str, SampleReading]:
    """Keep one reading per id; of two in one delivery the later version holds, in any order."""
    newest: dict[str, SampleReading] = {}
    for reading in delivery.samples:
        known = newest.setdefault(reading.external_id, reading)
        if known is not reading and _rank(reading, delivery) > _rank(known, delivery):
            newest[reading.external_id] = reading
    return newest


def _rank(reading: SampleReading, delivery: Delivery) -> tuple[object, ...]:
    written = _written_at(reading, delivery)
    return (written, reading.steps, reading.start, reading.end, reading.manual)


def _written_at(reading: SampleReading, delivery: Delivery) -> datetime:
    """A writer's clock that runs ahead must not make its sample unbeatable."""
    return min(reading.written_at or delivery.as_of, delivery.received_at)


def _version(row: SampleRow, as_of: datetime) -> tuple[object, ...]:
    """Order statements about a sample; content breaks ties, so arrival order cannot matter."""
    return (row.written_at, as_of, row.steps, row.start, row.end, row.manual, row.source_id)


def _newer_windows(delivery: Delivery) -> list[Span]:
    if delivery.installation_id is None:
        return []
    windows = CompleteWindow.objects.filter(
        installation_id=delivery.installation_id, as_of__gt=delivery.as_of
    )
    return list(windows.values_list("start", "end"))


def _plan_new(found: SamplePlan, row: SampleRow, newer_windows: list[Span]) -> None:
    if any(start <= row.start and row.end <= end for start, end in newer_windows):
        return
    found.rows.append(row)
    found.accepted += 1
    found.moved.append((row.start, row.end))


def _plan_newer(found: SamplePlan, row: SampleRow, known: StoredSample) -> None:
    found.rows.append(row)
    if row[:-1] != known.row[:-1]:
        found.accepted += 1
        found.moved += [(known.row.start, known.row.end), (row.start, row.end)]


def _plan_window(found: SamplePlan, delivery: Delivery) -> None:
    """Remove this phone's samples inside a complete window that it no longer lists."""
    assert delivery.window is not None
    listed = [reading.external_id for reading in delivery.samples]
    _remove(found, sample_rows.left_out(delivery, listed))
    known = CompleteWindow.objects.filter(
        installation_id=delivery.installation_id,
        start=delivery.window.start,
        end=delivery.window.end,
        as_of__gte=delivery.as_of,
    )
    if not known.exists():
        found.window = CompleteWindow(
            installation_id=delivery.installation_id,
            start=delivery.window.start,
            end=delivery.window.end,
            as_of=delivery.as_of,
        )


def _remove(found: SamplePlan, rows: Iterable[StoredSample]) -> None:
    for stored in rows:
        found.removed.append(stored.row.external_id)
        found.moved.append((stored.row.start, stored.row.end))


def _bury(delivery: Delivery, external_ids: list[str]) -> None:
    Tombstone.objects.bulk_create(
        (
            Tombstone(
                connection_id=delivery.connection_id,
                external_id=external_id,
                deleted_at=delivery.as_of,
            )
            for external_id in external_ids
        ),
        ignore_conflicts=True,
    )
