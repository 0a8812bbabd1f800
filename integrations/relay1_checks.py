"""What a well-formed record may still be wrong about. Pure.

Each check adds what it drops to ``rejected`` and returns what is left.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, TypeVar

from integrations.relay1_records import Rejection, RelayBucket, RelaySample, RelayWindow

MOST_RECORDS = 10_000
# More than any human makes in a day, so no single record can hold it.
MOST_STEPS = 1_000_000
STATUS_CHARACTERS = 8000
FIRST_YEAR, LAST_YEAR = 2000, 2100
# The longest civil days have 25 hours; a longer bucket holds more than the day it would stand for.
LONGEST_BUCKET = timedelta(hours=26)
# No zone is further from UTC, so a date and the day's beginning are never further apart.
FARTHEST_ZONE = timedelta(hours=14)

Flaw = tuple[str, str]
Item = TypeVar("Item")
Record = TypeVar("Record", RelaySample, RelayBucket)


def sound(
    name: str,
    records: list[Record],
    flaw_of: Callable[[Record], Flaw | None],
    rejected: list[Rejection],
) -> list[Record]:
    records = bounded(name, records, rejected)
    flaws = [flaw_of(record) for record in records]
    if not any(flaws):
        return records
    kept = []
    for record, flaw in zip(records, flaws, strict=True):
        if flaw is None:
            kept.append(record)
        else:
            rejected.append(Rejection(record.index, *flaw, name))
    return kept


def bounded(name: str, records: list[Item], rejected: list[Rejection]) -> list[Item]:
    if len(records) > MOST_RECORDS:
        detail = f"only the first {MOST_RECORDS} were read; send the others in another upload"
        rejected.append(Rejection(None, "too_many_records", detail, name))
    return records[:MOST_RECORDS]


def sample_flaw(sample: RelaySample) -> Flaw | None:
    start, end, written = sample.start, sample.end, sample.written
    if start <= end and start.year >= FIRST_YEAR and end.year <= LAST_YEAR and written is None:
        return _count_flaw(sample.count)
    return _any_sample_flaw(sample)


def _any_sample_flaw(sample: RelaySample) -> Flaw | None:
    if sample.end < sample.start:
        return "ends_before_start", "the end is before the start"
    written = sample.written or sample.end
    return (
        _count_flaw(sample.count)
        or _date_flaw(sample.start, sample.end)
        or _date_flaw(written, written)
    )


def bucket_flaw(bucket: RelayBucket) -> Flaw | None:
    if bucket.end <= bucket.start:
        return "ends_before_start", "the end is not after the start"
    flaw = (
        _count_flaw(bucket.steps_all) or _date_flaw(bucket.start, bucket.end) or _day_flaw(bucket)
    )
    if flaw or bucket.steps_without_manual is None:
        return flaw
    return _count_flaw(bucket.steps_without_manual)


def _day_flaw(bucket: RelayBucket) -> Flaw | None:
    if bucket.end - bucket.start > LONGEST_BUCKET:
        return "too_long", "a bucket may span a day at most"
    possible = {(bucket.start.astimezone(UTC) + way * FARTHEST_ZONE).date() for way in (-1, 0, 1)}
    if bucket.local_date is None or bucket.local_date in possible:
        return None
    return "wrong_date", "the local date is not the date on which the bucket begins"


def _count_flaw(count: float) -> Flaw | None:
    if 0 <= count <= MOST_STEPS:
        return None
    if not isfinite(count):
        return "not_finite", "the count is no finite number"
    if count < 0:
        return "negative_count", "the count is below zero"
    return "count_too_large", f"the count is above {MOST_STEPS}"


def _date_flaw(start: datetime, end: datetime) -> Flaw | None:
    if start.year >= FIRST_YEAR and end.year <= LAST_YEAR:
        return None
    return "date_out_of_range", f"the years {FIRST_YEAR} to {LAST_YEAR} are accepted"


def sound_window(window: RelayWindow | None, rejected: list[Rejection]) -> RelayWindow | None:
    if window is None:
        return None
    flaw = _date_flaw(window.start, window.end)
    if flaw is None and window.end < window.start:
        flaw = "ends_before_start", "the end is before the start"
    if flaw is None:
        return window
    rejected.append(Rejection(None, "invalid_field", flaw[1], "window"))
    return None


def sound_status(status: dict[str, Any] | None, rejected: list[Rejection]) -> dict[str, Any] | None:
    """A status block is stored as it comes, so it only has to be small and storable as JSON."""
    if status is None or _is_small(status):
        return status
    rejected.append(Rejection(None, "invalid_field", "the status block is too big", "status"))
    return None


def _is_small(status: dict[str, Any]) -> bool:
    try:
        return len(json.dumps(status, allow_nan=False)) <= STATUS_CHARACTERS
    except (ValueError, RecursionError):
        return False
