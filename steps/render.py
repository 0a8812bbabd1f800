"""Days and sources as the API shows them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from steps import days
from steps.models import DayChange, Finding, Source
from steps.queries import DayLine, Explanation
from users.instants import rfc3339
from users.models import User


def day_list(
    person: User, stored: Mapping[date, DayLine], wanted: Iterable[date], now: datetime
) -> list[dict[str, Any]]:
    """The wanted days in their order, unknown ones with ``steps`` null."""
    status_of = days.statuses(person.calendar, now)
    return [_day_line(day, stored.get(day), status_of(day)) for day in wanted]


def _day_line(day: date, row: DayLine | None, status: days.DayStatus) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "steps": row.steps if row else None,
        "status": status.value,
        "updated_at": rfc3339(row.updated_at) if row else None,
        "source": _given_by(row) if row and row.source_id else None,
    }


def _given_by(row: DayLine) -> dict[str, Any]:
    return {"id": str(row.source_id), "name": row.source_name, "provider": row.provider}


def source_ref(source: Source) -> dict[str, str]:
    """The short form of a source."""
    return {"id": str(source.pk), "name": source.name, "provider": source.provider}


def day_explained(explained: Explanation, now: datetime) -> dict[str, Any]:
    """The whole story of one day."""
    derived = explained.derived
    return {
        "date": derived.date.isoformat(),
        "timezone": derived.zone,
        "steps": derived.result.steps,
        "status": days.status(derived.date, explained.person.calendar, now).value,
        "updated_at": rfc3339(explained.stored.updated_at) if explained.stored else None,
        "hours": _hours(explained),
        "sources": _shares(explained),
        "excluded": [{"reason": e.reason, "steps": e.steps} for e in derived.result.excluded],
        "findings": [finding(row) for row in explained.findings],
        "history": [change(row) for row in explained.changes],
    }


def _hours(explained: Explanation) -> list[dict[str, Any]]:
    derived = explained.derived
    return [
        {"start": rfc3339(start), "steps": steps}
        for start, steps in zip(derived.borders, derived.result.hours, strict=False)
    ]


def _shares(explained: Explanation) -> list[dict[str, Any]]:
    return [
        source_ref(explained.sources[share.source_id])
        | {
            "kind": explained.sources[share.source_id].kind,
            "reported": share.reported,
            "counted": share.counted,
            "reason": share.reason,
        }
        for share in explained.derived.result.shares
    ]


def finding(row: Finding) -> dict[str, Any]:
    """One finding for the person it is about; who else is concerned is not theirs to know."""
    evidence = {key: value for key, value in row.evidence.items() if key != "other_person_ids"}
    return {
        "code": row.code,
        "severity": row.severity,
        "reason": row.reason,
        "evidence": evidence,
    }


def change(row: DayChange) -> dict[str, Any]:
    """One entry of a day's history."""
    return {
        "at": rfc3339(row.at),
        "from": row.steps_before,
        "to": row.steps_after,
        "why": row.why,
        "report_id": str(row.report_id) if row.report_id else None,
    }


def source(row: Source) -> dict[str, Any]:
    """One source of the person."""
    return source_ref(row) | {
        "kind": row.kind,
        "connection_id": str(row.connection_id),
        "hidden": row.hidden,
        "first_seen_at": rfc3339(row.first_seen_at),
    }
