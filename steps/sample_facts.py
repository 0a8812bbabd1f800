"""Decides which raw samples a delivery adds, replaces or removes, and writes just those."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steps import sample_rows
from steps.day_facts import SampleFact
from steps.models import CompleteWindow, Report, Source
from steps.readings import Delivery
from steps.sample_rows import Known, SampleRow, Stone, StoredSample
from steps.ticks import ticks

Span = tuple[int, int]
UNTOLD = ticks(datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class SamplePlan:
    """The writes a delivery needs. ``moved``: intervals (ticks) whose steps may have changed.

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

    def stated(self, delivery: Delivery) -> list[SampleFact]:
        """Return the samples that are stored with the delivery's report once it is written."""
        as_of = ticks(delivery.as_of)
        return [SampleFact(*row, as_of) for row in self.rows]

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
    delivery: Delivery,
    sources: dict[str, Source],
    known: Known,
    *,
    spared: Collection[str] = (),
) -> SamplePlan:
    """Compare the delivery's samples, deletions and complete window with what is stored.

    ``known`` is what is known of the samples' ids. ``spared`` ids were listed too, but in a form
    that cannot be taken: they are not missing.
    """
    found = SamplePlan()
    if delivery.deleted:
        _plan_deletions(found, delivery)
    if delivery.samples:
        _plan_samples(found, delivery, sources, known)
    if delivery.window is not None and delivery.installation_id is not None:
        _plan_window(found, delivery, spared)
    return found


def _plan_deletions(found: SamplePlan, delivery: Delivery) -> None:
    deleted, as_of = set(delivery.deleted), ticks(delivery.as_of)
    known = sample_rows.deleted_for_good(delivery.connection_id, delivery.deleted)
    found.buried = {each: Stone(each, as_of, final=True) for each in sorted(deleted - known)}
    stored = sample_rows.find(delivery.connection_id, delivery.deleted)
    _remove(found, stored.values())


def _plan_samples(
    found: SamplePlan, delivery: Delivery, sources: dict[str, Source], known_of: Known
) -> None:
    listed, as_of = _newest_by_id(delivery, sources), ticks(delivery.as_of)
    stored, gone, newer_windows = known_of
    gone = gone.union(delivery.deleted)
    fresh: list[SampleRow] = []
    for external_id, row in listed.items():
        columns = stored.get(external_id)
        if external_id in gone or (columns and columns[:-1] == row and columns[-1] >= as_of):
            continue  # most repeats end here
        known = sample_rows.stored_sample(columns) if columns else None
        if newer_windows and _is_missing(row, newer_windows):
            _plan_missing(found, row, known, as_of)
        elif known is None:
            fresh.append(row)
        elif _is_newer(row, as_of, known):
            _plan_newer(found, row, known)
    found.rows += fresh
    found.accepted += len(fresh)
    found.moved += [(row[2], row[3]) for row in fresh]


def _newest_by_id(delivery: Delivery, sources: dict[str, Source]) -> dict[str, SampleRow]:
    """Keep one row per id; of two in one delivery the later version holds, in any order.

    A writer's clock that runs ahead must not make its sample unbeatable. Where nobody tells, all
    samples count as equally old: the time of an upload would let a mere repeat win over others.
    """
    keys = {key: str(source.pk) for key, source in sources.items()}
    as_of, latest = ticks(delivery.as_of), ticks(delivery.received_at)
    rows = [
        SampleRow(
            external_id,
            keys[source.key],
            start,
            end,
            steps,
            manual,
            UNTOLD if written is None else min(written, latest),
        )
        for external_id, source, start, end, steps, manual, written, _ in delivery.samples
    ]
    newest = {row[0]: row for row in rows}
    if len(newest) < len(rows):
        rows.sort(key=lambda row: _version(row, as_of))
        newest = {row[0]: row for row in rows}
    return newest


def _version(row: SampleRow, as_of: int) -> tuple[object, ...]:
    """Order statements of one delivery about a sample; the order of its list must not matter."""
    return (*_said_at(row, as_of), row.steps, row.start, row.end, row.manual, row.source_id)


def _said_at(row: SampleRow, as_of: int) -> Span:
    return (as_of if row.written_at == UNTOLD else row.written_at, as_of)


def _is_newer(row: SampleRow, as_of: int, known: StoredSample) -> bool:
    """Whether a statement holds instead of the known one; of two as old the one received later."""
    said, before = _said_at(row, as_of), _said_at(known.row, known.as_of)
    return said > before or (said == before and row != known.row)


def _is_missing(row: SampleRow, newer_windows: list[Span]) -> bool:
    """Whether the phone has looked right there since and did not list the sample."""
    return any(start <= row.start and row.end <= end for start, end in newer_windows)


def _plan_missing(
    found: SamplePlan, row: SampleRow, known: StoredSample | None, as_of: int
) -> None:
    """The statement is void, and so is all that was said of the sample before it."""
    if known is None or _is_newer(row, as_of, known):
        found.buried[row.external_id] = Stone(row.external_id, as_of, final=False)
        _remove(found, [known] if known else [])


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
        stone = Stone(stored.row.external_id, stored.as_of, final=False)
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
