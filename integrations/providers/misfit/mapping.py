"""Misfit JSON into our readings. Pure.

A number may come as an integer or as a float in the same field; members nobody has heard of may
stand anywhere. A summary's ``date`` is the person's own day, without any offset. Steps of sessions
are already inside the day's total. Source: recorded answers in the tests of the public clients.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import DayTotal, Identity, TrackerDevice
from integrations.errors import BadPayload

# No human makes a million steps in a day; a bigger number is a broken answer.
MOST_STEPS = 1_000_000
Answer = TypeVar("Answer", bound=Struct)


class _Day(Struct):
    date: date
    steps: Annotated[float, Meta(ge=0, le=MOST_STEPS)]


class _Summary(Struct):
    summary: list[_Day]


class _Profile(Struct, rename="camel"):
    user_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,64}\Z")]


class _Device(Struct, rename="camel"):
    id: Annotated[str, Meta(max_length=120)] | None = None
    device_type: str = ""
    battery_level: Annotated[float, Meta(ge=0, le=100)] | None = None
    last_sync_time: Annotated[float, Meta(ge=0, le=32503680000)] | None = None


def days(body: dict[str, Any], first: date, last: date) -> list[DayTotal]:
    """Totals by date, oldest first; rows outside ``first`` to ``last`` are dropped.

    A day of zero steps is a reading, a day that is not listed is unknown. Raises ``BadPayload``,
    also when one date has two totals.
    """
    found: dict[date, int] = {}
    for row in _typed(body, _Summary).summary:
        if found.setdefault(row.date, round(row.steps)) != round(row.steps):
            raise BadPayload("a day has two different totals")
    return [DayTotal(date=day, steps=found[day]) for day in sorted(found) if first <= day <= last]


def identity(body: dict[str, Any]) -> Identity:
    """The account's unchanging id; names and addresses are left alone."""
    account = _typed(body, _Profile).user_id
    return Identity(account_id=account, label=f"Misfit \u2026{account[-4:]}")


def devices(body: dict[str, Any]) -> tuple[TrackerDevice, ...]:
    """The tracker; an account without one answers an object without ``id``.

    ``lastSyncTime`` (Unix seconds) is not documented and may be missing or null.
    """
    device = _typed(body, _Device)
    if not device.id:
        return ()
    kind = "".join(letter for letter in device.device_type if letter.isprintable())
    battery, synced = device.battery_level, device.last_sync_time
    tracker = TrackerDevice(
        external_id=device.id,
        name=f"Misfit {kind}".strip(),
        kind="tracker",
        battery="" if battery is None else f"{battery:.0f}%",
        last_synced_at=None if synced is None else datetime.fromtimestamp(synced, UTC),
    )
    return (tracker,)


def _typed(body: dict[str, Any], shape: type[Answer]) -> Answer:
    try:
        return convert(body, shape)
    except ValidationError as error:
        # msgspec names the types and the place (`$.summary`), never a value.
        raise BadPayload(f"unexpected answer: {error}") from None
