"""Turns a phone's own totals into statements for the ledger: of a civil day, or of a window. Pure.

The format does not say which of the two a bucket is. A day total keeps the date it came with and is
replaced as the day grows; a window is cut by the person's days.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from integrations.relay1 import RelayBucket
from steps.readings import BucketReading, SourceReading
from users.calendar import ONE_HOUR

# The shortest civil days have 23 hours.
SHORTEST_DAY = timedelta(hours=23)


def bucket_readings(
    buckets: Sequence[RelayBucket], merged: SourceReading, zone: tzinfo
) -> tuple[BucketReading, ...]:
    """Make the statements of one upload; ``zone`` is the phone's."""
    starts = sorted(bucket.start for bucket in buckets)
    return tuple(_reading(each, merged, zone, starts) for each in buckets)


def _reading(
    bucket: RelayBucket, merged: SourceReading, zone: tzinfo, starts: Sequence[datetime]
) -> BucketReading:
    day = _whole_day(bucket, zone, starts)
    steps, without = bucket.steps_all, bucket.steps_without_manual
    typed = Decimal(0) if without is None else _decimal(steps) - _decimal(without)
    return BucketReading(
        source=merged,
        date=day or bucket.local_date or bucket.start.astimezone(zone).date(),
        whole_day=day is not None,
        start=None if day else bucket.start.astimezone(UTC),
        end=None if day else bucket.end.astimezone(UTC),
        steps=_decimal(steps),
        manual_steps=max(Decimal(0), typed),
        index=bucket.index,
    )


def _whole_day(bucket: RelayBucket, zone: tzinfo, starts: Sequence[datetime]) -> date | None:
    """Return the date a bucket is the total of, so far; None if it is a window."""
    length = bucket.end - bucket.start
    if length <= ONE_HOUR:
        return None
    if bucket.local_date and length >= SHORTEST_DAY:
        return bucket.local_date
    for each in _zones(bucket, zone):
        day = _day_begun(bucket.start, each)
        if day and not _goes_on(bucket.end, day, each, starts):
            return bucket.local_date or day
    return None


def _zones(bucket: RelayBucket, zone: tzinfo) -> Iterator[tzinfo]:
    """Give the zones a bucket may be counted in; an instant in UTC tells nothing of its own."""
    yield zone
    own = bucket.start.tzinfo
    if own is not None and own is not UTC:
        yield own


def _day_begun(start: datetime, zone: tzinfo) -> date | None:
    """Return the day whose first instant this is in the zone, also where clocks skip midnight."""
    day = start.astimezone(zone).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return day if midnight.astimezone(UTC) == start else None


def _goes_on(end: datetime, day: date, zone: tzinfo, starts: Sequence[datetime]) -> bool:
    """Whether other buckets of the day follow, so that together they tile it."""
    place = bisect_left(starts, end)
    return place < len(starts) and starts[place].astimezone(zone).date() == day


def _decimal(number: float) -> Decimal:
    """Keep three places; most counts are whole and need no rounding."""
    whole = int(number)
    if whole == number:
        return Decimal(whole)
    return Decimal(str(number)).quantize(Decimal("0.001"))
