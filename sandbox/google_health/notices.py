"""What a webhook says: which days of an account changed, never how."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import msgspec

from sandbox.google_health.shapes import civil_datetime, instant
from sandbox.people import Person
from sandbox.zones import civil, day_bounds, offset_at


def notice(
    person: Person, days: list[date], *, operation: str = "UPSERT", data_type: str = "steps"
) -> dict[str, Any]:
    """One message about whole local days of a person."""
    return {
        "data": {
            "version": "1",
            "clientProvidedSubscriptionName": str(uuid4()),
            "healthUserId": person.health_user_id,
            "operation": operation,
            "dataType": data_type,
            "intervals": [_interval(person, day) for day in days],
        }
    }


def _interval(person: Person, day: date) -> dict[str, Any]:
    zone = person.zone_of(day)
    start, end = day_bounds(zone, day)
    begins, ends = civil(start, offset_at(zone, start)), civil(end, offset_at(zone, end))
    return {
        "physicalTimeInterval": {"startTime": instant(start), "endTime": instant(end)},
        "civilDateTimeInterval": {
            "startDateTime": civil_datetime(begins),
            "endDateTime": civil_datetime(ends),
        },
        "civilIso8601TimeInterval": {"startTime": _iso(begins), "endTime": _iso(ends)},
    }


def _iso(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S")


def written(notices: list[dict[str, Any]], *, shape: str) -> list[bytes]:
    """The bodies to send: up to 99 messages in an array, or one object each."""
    if shape == "object":
        return [msgspec.json.encode(one) for one in notices]
    parts = [notices[at : at + 99] for at in range(0, len(notices), 99)]
    return [msgspec.json.encode(part) for part in parts]
