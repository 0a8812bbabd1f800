"""Google Health JSON into our readings. Pure.

Rules of the API's JSON: 64-bit integers are strings (numbers are accepted, too); members that are
zero are left out, so an absent count is a true zero while an absent day or hour is unknown; keys
and enum values may be added at any time. Source: developers.google.com/health (data types, true
zeros) and the published ``google.devicesandservices.health.v4`` definitions.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import DayTotal, HourTotal, Identity, TrackerDevice
from integrations.errors import BadPayload

# No human makes a million steps in a day; a bigger number is a broken answer.
MOST_STEPS = 1_000_000
Instant = Annotated[datetime, Meta(tz=True)]
Answer = TypeVar("Answer", bound=Struct)


class _CivilDate(Struct):
    year: int
    month: int
    day: int


class _CivilTime(Struct):
    date: _CivilDate


class _Steps(Struct):
    countSum: int | str | None = None  # noqa: N815 - the wire's spelling


class _DayPoint(Struct, rename="camel"):
    civil_start_time: _CivilTime
    steps: _Steps | None = None


class _Days(Struct, rename="camel"):
    rollup_data_points: list[_DayPoint] = []


class _HourPoint(Struct, rename="camel"):
    start_time: Instant
    end_time: Instant
    steps: _Steps | None = None


class _Hours(Struct, rename="camel"):
    rollup_data_points: list[_HourPoint] = []


class _Identity(Struct, rename="camel"):
    health_user_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,63}\Z")]
    legacy_user_id: str | None = None


class _Settings(Struct, rename="camel"):
    time_zone: str | None = None


class _Device(Struct, rename="camel"):
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    device_type: str = "TRACKER"
    device_version: str = ""
    battery_status: str = ""
    last_sync_time: Instant | None = None


class _Devices(Struct, rename="camel"):
    paired_devices: list[_Device] = []


def days(body: dict[str, Any], first: date, last: date) -> list[DayTotal]:
    """Totals by civil date, oldest first; rows outside ``first`` to ``last`` are dropped.

    The answer comes newest first, and whether its end is inclusive is not agreed on, so a row is
    known by its own date only. Raises ``BadPayload``, also when one date has two totals.
    """
    found: dict[date, int] = {}
    for point in _typed(body, _Days).rollup_data_points:
        day, steps = _date(point.civil_start_time.date), _steps(point.steps)
        if found.setdefault(day, steps) != steps:
            raise BadPayload("a day has two different totals")
    return [DayTotal(date=day, steps=found[day]) for day in sorted(found) if first <= day <= last]


def hours(body: dict[str, Any]) -> list[HourTotal]:
    """Totals of physical windows (UTC) of at most an hour, in any order. Raises ``BadPayload``."""
    return [_hour(point) for point in _typed(body, _Hours).rollup_data_points]


def identity(body: dict[str, Any]) -> Identity:
    """The account's unchanging id, and the id it had in the old Fitbit interface, if any."""
    found = _typed(body, _Identity)
    return Identity(
        account_id=found.health_user_id,
        label=f"Google Health \u2026{found.health_user_id[-4:]}",
        legacy_account_id=found.legacy_user_id or None,
    )


def timezone(body: dict[str, Any]) -> str | None:
    """The IANA zone of the account's settings; None when absent or unknown to this machine."""
    name = _typed(body, _Settings).time_zone
    try:
        return ZoneInfo(name).key if name and len(name) <= 64 else None
    except (ValueError, OSError, LookupError):
        return None


def devices(body: dict[str, Any]) -> list[TrackerDevice]:
    """Paired devices; ``kind`` is Google's word in lower case. A ``scale`` never counts steps."""
    return [
        TrackerDevice(
            external_id=device.name.rpartition("/")[2],
            name=_shown(device.device_version) or "Fitbit",
            kind=_shown(device.device_type).lower(),
            battery=_shown(device.battery_status),
            last_synced_at=device.last_sync_time,
        )
        for device in _typed(body, _Devices).paired_devices
    ]


def next_page(body: dict[str, Any]) -> str | None:
    """The token of the next page; the last page has an empty one or none."""
    token = body.get("nextPageToken") or None
    if token is not None and not isinstance(token, str):
        raise BadPayload("a page token is no string")
    return token


def _typed(body: dict[str, Any], shape: type[Answer]) -> Answer:
    try:
        return convert(body, shape)
    except ValidationError as error:
        # msgspec names the types and the place (`$.steps`), never a value.
        raise BadPayload(f"unexpected answer: {error}") from None


def _date(civil: _CivilDate) -> date:
    try:
        return date(civil.year, civil.month, civil.day)
    except (ValueError, OverflowError):
        raise BadPayload("a civil date does not exist") from None


def _hour(point: _HourPoint) -> HourTotal:
    if not timedelta(0) < point.end_time - point.start_time <= timedelta(hours=1):
        raise BadPayload("a window of an hour is not one")
    return HourTotal(
        start=point.start_time.astimezone(UTC),
        end=point.end_time.astimezone(UTC),
        steps=_steps(point.steps),
    )


def _steps(steps: _Steps | None) -> int:
    count = steps.countSum if steps and steps.countSum is not None else 0
    if isinstance(count, str) and re.fullmatch(r"[0-9]{1,12}", count):
        count = int(count)
    if not isinstance(count, int) or not 0 <= count <= MOST_STEPS:
        raise BadPayload("a step count is not believable")
    return count


def _shown(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
