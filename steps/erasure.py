"""Erases everything the ledger holds about a person."""

import uuid
from collections.abc import Collection

from steps.models import (
    Bucket,
    CompleteWindow,
    Day,
    DayChange,
    Finding,
    FoldedDay,
    Freshness,
    Report,
    Sample,
    Source,
    Tombstone,
)

OF_A_PERSON = (Finding, DayChange, Day, Sample, Bucket, FoldedDay, Source, Report, Freshness)

OTHERS = "other_person_ids"


def erase_person(
    *,
    person_id: int,
    connection_ids: Collection[uuid.UUID],
    installation_ids: Collection[uuid.UUID],
) -> None:
    """Erase facts and what was derived from them, in the caller's transaction.

    The caller holds the person's row. The ids are of all the connections and phones the person
    ever had; deletions and complete windows are remembered under these.
    """
    Tombstone.objects.filter(connection_id__in=connection_ids).delete()
    CompleteWindow.objects.filter(installation_id__in=installation_ids).delete()
    for model in OF_A_PERSON:
        model._default_manager.filter(person=person_id).delete()  # noqa: SLF001 - Django's documented name
    _leave_findings_of_others(person_id)


def _leave_findings_of_others(person_id: int) -> None:
    """Findings that compare people stand for those who are left, without this one."""
    naming = Finding.objects.filter(**{f"evidence__{OTHERS}__contains": [person_id]})
    for finding in naming.select_for_update().order_by("pk"):
        finding.evidence[OTHERS].remove(person_id)
        finding.save(update_fields=["evidence"])
