"""Parts a delivery into what can be true and what cannot, with the reason for each. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from steps.readings import BucketReading, Delivery, Rejection, SampleReading
from steps.ticks import HOUR, ticks
from users.calendar import ONE_DAY, LocalCalendar

FUTURE_TOLERANCE = timedelta(minutes=5)
LONGEST = 48 * HOUR
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sane:
    """A delivery without what cannot be true. ``listed``: every sample id it came with."""

    delivery: Delivery
    listed: frozenset[str]
    rejected: tuple[Rejection, ...]


def part(delivery: Delivery, calendar: LocalCalendar, *, oldest: datetime) -> Sane:
    """Look at every record by itself. Samples from before ``oldest`` are no longer taken."""
    rejected: list[Rejection] = []
    samples: list[SampleReading] = []
    buckets: list[BucketReading] = []
    latest, earliest = ticks(delivery.received_at + FUTURE_TOLERANCE), ticks(oldest)
    for sample in delivery.samples:
        start, end = sample[2:4]
        if end <= latest and start >= earliest and end - start <= LONGEST:
            samples.append(sample)
        else:
            flaw = _sample_problem(sample, latest, earliest, delivery.received_at - oldest)
            rejected.append(_rejection("samples", sample.place, flaw))
    for bucket in delivery.buckets:
        problem = _bucket_problem(bucket, delivery.received_at, calendar)
        if problem is None:
            buckets.append(bucket)
        else:
            rejected.append(_rejection("buckets", bucket.index, problem))
    listed = frozenset(s.external_id for s in delivery.samples) if rejected else frozenset()
    if rejected:
        delivery = replace(delivery, samples=tuple(samples), buckets=tuple(buckets))
    return Sane(delivery=delivery, listed=listed, rejected=tuple(rejected))


def _rejection(of: str, index: int, problem: tuple[str, str]) -> Rejection:
    code, detail = problem
    return Rejection(index=index, code=code, detail=detail, list=of)


def _sample_problem(
    sample: SampleReading, latest: int, earliest: int, kept: timedelta
) -> tuple[str, str]:
    if sample.end > latest:
        return "in_the_future", "The sample ends in the future; check the phone's clock."
    if sample.start < earliest:
        days = kept.days
        return "too_old", f"Samples older than {days} days are not taken; their days are settled."
    return "too_long", "A sample may span 48 hours at most."


def _bucket_problem(
    bucket: BucketReading, received_at: datetime, calendar: LocalCalendar
) -> tuple[str, str] | None:
    """A provider may live a day ahead of the person; a window that has begun may still run."""
    if bucket.date.year < FIRST_YEAR:
        return "date_out_of_range", f"Days before {FIRST_YEAR} are not taken."
    if bucket.whole_day:
        future = bucket.date > calendar.date_of(received_at) + ONE_DAY
    else:
        future = bucket.start is not None and bucket.start > received_at + FUTURE_TOLERANCE
    if future:
        return "in_the_future", "The window begins in the future; check the phone's clock."
    return None
