"""Reads what the Android app HC Webhook posts from Health Connect. Pure.

The app sends steps in one of three resolutions and does not say in which: day totals (the default),
raw records, or sums over some minutes. Source: its published webhook reference and source
code of July 2026.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from integrations.relay1_records import RelayInstallation, RelaySample, RelaySource
from integrations.relays.forms import Push, PushedDay
from integrations.relays.hc_resolution import DAILY, MINUTES, Sum, told_apart
from integrations.relays.instants import iso, iso_or_none
from integrations.relays.reading import (
    Unusable,
    each,
    identity,
    mapping,
    object_of,
    steps_in,
    text_of,
)
from users.calendar import LocalCalendar

CLIENT = "hc_webhook"
NAME = "HC Webhook"
TEST = "test"
# Health Connect's numbers for device types, in the words of ``sync.source_kinds``.
_DEVICES = {"1": "watch", "2": "phone", "4": "ring", "6": "fitness_band"}

_Record = RelaySample | Sum


def decode(body: bytes, *, calendar: LocalCalendar, status: Mapping[str, Any]) -> Push | None:
    """Read one post; None when it is the app's test button, which sends made-up numbers.

    ``calendar`` is the person's: it tells where days begin, because the times are all UTC.
    ``status`` is what is known of the app by now. Raises ``MalformedUpload`` when the body is no
    JSON object.
    """
    raw = object_of(body)
    if raw.get(TEST) is True:
        return None
    push = Push(client=CLIENT, name=NAME, sent_at=iso_or_none(raw.get("timestamp")))
    push.installation = RelayInstallation(
        platform="android", app=text_of(raw.get("app_version"), 32)
    )
    records = each("steps", raw.get("steps"), _record, push.rejected)
    push.samples = [record for record in records if isinstance(record, RelaySample)]
    sums = [record for record in records if isinstance(record, Sum)]
    before = mapping(status.get(CLIENT)).get("resolution")
    days, push.windows = told_apart(sums, calendar, before=before)
    push.days = _oldest_marked(days, calendar, push.sent_at)
    if records:
        push.status = {CLIENT: {"resolution": _resolution(push)}}
    return push


def _record(item: object, index: int) -> _Record:
    """Only raw records say where they come from."""
    if not isinstance(item, dict):
        raise Unusable("invalid_record", "expected an object")
    start, end = iso(item.get("start_time")), iso(item.get("end_time"))
    if end < start:
        raise Unusable("ends_before_start", "the end is before the start")
    steps = steps_in(item.get("count"))
    if isinstance(item.get("metadata"), dict):
        return _sample(item["metadata"], start, end, steps, index)
    if end == start:
        raise Unusable("ends_before_start", "the end is not after the start")
    return Sum(start, end, steps, index)


def _oldest_marked(
    days: list[PushedDay], calendar: LocalCalendar, sent_at: datetime | None
) -> list[PushedDay]:
    """Mark the oldest day as partial, unless it is still running.

    The app looks back 48 hours from now, so the day the window begins in is counted from its
    middle on, though it is sent as beginning at midnight.
    """
    oldest = min((day.date for day in days), default=None)
    if sent_at is not None and oldest == calendar.date_of(sent_at):
        return days
    return [replace(day, partial=day.date == oldest) for day in days]


def _sample(
    metadata: dict[str, Any], start: datetime, end: datetime, steps: Decimal, index: int
) -> RelaySample:
    """A raw record. It comes without an id, so its writer, device and interval make one."""
    device = mapping(metadata.get("device"))
    writer = text_of(metadata.get("data_origin"), 200)
    kind, maker, model = (text_of(device.get(key), 60) for key in ("type", "manufacturer", "model"))
    product = _DEVICES.get(kind or "", "")
    return RelaySample(
        id=identity("hcw", writer, kind, maker, model, start.timestamp(), end.timestamp()),
        start=start,
        end=end,
        count=float(steps),
        manual=metadata.get("recording_method") == "manual_entry",
        source=RelaySource(
            app=writer,
            name=" ".join(part for part in (maker, model) if part) or writer,
            product=":".join(part for part in (product, model) if part),
        ),
        index=index,
    )


def _resolution(push: Push) -> str:
    if push.days:
        return DAILY
    return MINUTES if push.windows else "raw"
