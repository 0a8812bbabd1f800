"""Days and sources as the API shows them."""

from datetime import date, datetime, timedelta
from typing import Any

from steps import days
from steps.models import Day, DayChange, Source
from steps.queries import Explanation
from users.instants import rfc3339
from users.models import User


def day_list(person: User, rows: list[Day], first: date, last: date, now: datetime) -> list[Any]:
    """Every day of the range, unknown ones with ``steps`` null."""
    stored = {row.date: row for row in rows}
    count = (last - first).days + 1
    return [
        day_summary(day, stored.get(day), person, now)
        for day in (first + timedelta(days=n) for n in range(count))
    ]


def day_summary(day: date, row: Day | None, person: User, now: datetime) -> dict[str, Any]:
    """One line of the list."""
    return {
        "date": day.isoformat(),
        "steps": row.steps if row else None,
        "status": days.status(day, person.calendar, now).value,
        "updated_at": rfc3339(row.updated_at) if row else None,
        "source": source_ref(row.source) if row and row.source else None,
    }


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
