"""One report of a person, explained: how it came, what it moved, what of it still holds."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from steps.models import Bucket, DayChange, Report, Sample, Source

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a source said: steps, of them typed by hand, in an interval (UTC) or of a civil date."""

    source: Source
    date: date | None
    start: datetime | None
    end: datetime | None
    steps: Decimal
    manual_steps: Decimal
    installation_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportExplained:
    """A report with the days it moved and up to ``MOST`` of its statements that still hold.

    ``provider`` and ``installation_id`` (the phone) are None where no statement of it tells them.
    """

    report: Report
    provider: str | None
    installation_id: uuid.UUID | None
    changes: list[DayChange]
    statements: list[Statement]
    more: bool


def explain_report(*, person_id: int, report_id: uuid.UUID) -> ReportExplained | None:
    """Return the person's report, None when the person has no such report.

    A statement that a later report replaced or deleted is no longer among the statements; the days
    it moved are.
    """
    report = Report.objects.filter(person_id=person_id, pk=report_id).first()
    if report is None:
        return None
    sources = Source.objects.filter(person_id=person_id, connection_id=report.connection_id)
    by_id = {source.pk: source for source in sources}
    statements = [*_totals(report, by_id), *_samples(report, by_id)]
    changes = DayChange.objects.filter(person_id=person_id, report=report)
    return ReportExplained(
        report=report,
        provider=next((source.provider for source in by_id.values()), None),
        installation_id=next((s.installation_id for s in statements if s.installation_id), None),
        changes=list(changes.order_by("date", "pk")),
        statements=statements[:MOST],
        more=len(statements) > MOST,
    )


def _totals(report: Report, sources: dict[uuid.UUID, Source]) -> Iterable[Statement]:
    rows = Bucket.objects.filter(person_id=report.person_id, report=report)
    for row in rows.order_by("date", "start")[: MOST + 1]:
        if row.source_id in sources:
            yield Statement(
                source=sources[row.source_id],
                date=row.date if row.whole_day else None,
                start=row.start,
                end=row.end,
                steps=row.steps,
                manual_steps=row.manual_steps,
            )


def _samples(report: Report, sources: dict[uuid.UUID, Source]) -> Iterable[Statement]:
    rows = Sample.objects.filter(person_id=report.person_id, report=report)
    for row in rows.order_by("start", "external_id")[: MOST + 1]:
        if row.source_id in sources:
            yield Statement(
                source=sources[row.source_id],
                date=None,
                start=row.start,
                end=row.end,
                steps=row.steps,
                manual_steps=row.steps if row.manual else Decimal(0),
                installation_id=row.installation_id,
            )
