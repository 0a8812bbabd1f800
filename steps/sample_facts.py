"""Decides which raw samples a delivery adds, replaces or removes, and writes just those."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steps import sample_rows
from steps.models import CompleteWindow, Report, Source
from steps.readings import Delivery, SampleReading
from steps.sample_rows import SampleRow, Stone, StoredSample

Span = tuple[datetime, datetime]
Seen = tuple[datetime, datetime, datetime]
UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class SamplePlan:
    """The writes a delivery needs. ``moved``: intervals (UTC) whose steps may have changed.

    ``confirmed`` ones are as they were, as of a later time.
    """

    removed: list[str] = field(default_factory=list)
    rows: list[SampleRow] = field(default_factory=list)
    buried: dict[str, Stone] = field(default_factory=dict)
    window: CompleteWindow | None = None
    moved: list[Span] = field(default_factory=list)
    confirmed: list[Span] = field(default_factory=list)
    accepted: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.removed or self.rows or self.buried or self.window)

    def apply(self, delivery: Delivery, report: Report) -> None:
        """Write the plan; the report must be stored."""
        sample_rows.delete(delivery.connection_id, self.removed)
        sample_rows.upsert(delivery, report, self.rows)
        sample_rows.bury(delivery.connection_id, list(self.buried.values()))
        if self.window:
            CompleteWindow.objects.bulk_create(
                [self.window],
                update_conflicts=True,
                unique_fields=["installation_id", "start", "end"],
                update_fields=["as_of"],
            )


def plan(
    delivery: Delivery, sources: dict[str, Source], *, spared: Collection[str] = ()
) -> SamplePlan:
    """Compare the delivery's samples, deletions and complete window with what is stored.

    ``spared`` ids were listed too, but in a form that cannot be taken: they are not missing.
    """
    found = SamplePlan()
    if delivery.deleted:
        _plan_deletions(found, delivery)
    if delivery.samples:
        _plan_samples(found, delivery, sources)
    if delivery.window is not None and delivery.installation_id is not None:
        _plan_window(found, delivery, spared)
    return found


def _plan_deletions(found: SamplePlan, delivery: Delivery) -> None:
    deleted = set(delivery.deleted)
    known = sample_rows.buried(delivery.connection_id, delivery.deleted, as_of=_FOREVER)
    found.buried = {
        each: Stone(each, delivery.as_of, final=True) for each in sorted(deleted - known)
    }
    stored = sample_rows.find(delivery.connection_id, delivery.deleted)
    _remove(found, stored.values())


def _plan_samples(found: SamplePlan, delivery: Delivery, sources: dict[str, Source]) -> None:
    listed = _newest_by_id(delivery, sources)
    ids = list(listed)
    gone = sample_rows.buried(delivery.connection_id, ids, as_of=delivery.as_of)
    gone.update(delivery.deleted)
    stored = sample_rows.find(delivery.connection_id, ids)
    newer_windows = _newer_windows(delivery)
    for external_id, row in listed.items():
        if external_id in gone:
            continue
        known = stored.get(external_id)
        missing = _missing_since(row, newer_windows)
        if missing is not None:
            _plan_missing(found, row, known, missing)
        elif known is None:
            _plan_new(found, row)
        elif _version(row, delivery.as_of) > _version(known.row, known.as_of):
            _plan_newer(found, row, known)


def _newest_by_id(delivery: Delivery, sources: dict[str, Source]) -> dict[str, SampleRow]:
    """Keep one row per id; of two in one delivery the later version holds, in any order."""
    keys = {key: source.pk for key, source in sources.items()}
    newest: dict[str, SampleRow] = {}
    for reading in delivery.samples:
        row = SampleRow(
            reading.external_id,
            keys[reading.source.key],
            reading.start,
            reading.end,
            reading.steps,
            reading.manual,
            _written_at(reading, delivery),
        )
        known = newest.setdefault(row.external_id, row)
        if known is not row and _version(row, delivery.as_of) > _version(known, delivery.as_of):
            newest[row.external_id] = row
    return newest


def _written_at(reading: SampleReading, delivery: Delivery) -> datetime:
    """Return when the sample was written, as far as that may decide anything.

    A writer's clock that runs ahead must not make its sample unbeatable. Where nobody tells, all
    samples count as equally old: the time of an upload would let a mere repeat win over others.
    """
    return min(reading.written_at or UNTOLD, delivery.received_at)


def _version(row: SampleRow, as_of: datetime) -> tuple[object, ...]:
    """Order statements about a sample; content breaks ties, so arrival order cannot matter."""
    written = as_of if row.written_at == UNTOLD else row.written_at
    return (written, as_of, row.steps, row.start, row.end, row.manual, row.source_id)


def _newer_windows(delivery: Delivery) -> list[Seen]:
    if delivery.installation_id is None:
        return []
    windows = CompleteWindow.objects.filter(
        installation_id=delivery.installation_id, as_of__gt=delivery.as_of
    )
    return list(windows.order_by("-as_of").values_list("start", "end", "as_of"))


def _missing_since(row: SampleRow, newer_windows: list[Seen]) -> datetime | None:
    """Return the newest time the phone looked right there and did not list the sample."""
    for start, end, as_of in newer_windows:
        if start <= row.start and row.end <= end:
            return as_of
    return None


def _plan_missing(
    found: SamplePlan, row: SampleRow, known: StoredSample | None, since: datetime
) -> None:
    """The statement is void, and so is all that was said of the sample before the phone looked."""
    if known is None or known.as_of < since:
        found.buried[row.external_id] = Stone(row.external_id, since, final=False)
        _remove(found, [known] if known else [])


def _plan_new(found: SamplePlan, row: SampleRow) -> None:
    found.rows.append(row)
    found.accepted += 1
    found.moved.append((row.start, row.end))


def _plan_newer(found: SamplePlan, row: SampleRow, known: StoredSample) -> None:
    found.rows.append(row)
    if row == known.row:
        found.confirmed.append((row.start, row.end))
        return
    found.accepted += row[:-1] != known.row[:-1]
    found.moved += [(known.row.start, known.row.end), (row.start, row.end)]


def _plan_window(found: SamplePlan, delivery: Delivery, spared: Collection[str]) -> None:
    """Remove this phone's samples inside a complete window that it no longer lists."""
    assert delivery.window is not None
    assert delivery.installation_id is not None
    listed = [reading.external_id for reading in delivery.samples]
    left_out = sample_rows.left_out(delivery, [*listed, *spared])
    _remove(found, left_out)
    for stored in left_out:
        stone = Stone(stored.row.external_id, delivery.as_of, final=False)
        found.buried.setdefault(stone.external_id, stone)
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
