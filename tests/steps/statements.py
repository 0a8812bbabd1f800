"""Short words for what phones and trackers say, for tests of the ledger."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

from steps import ledger
from steps.models import Day
from steps.readings import (
    BucketReading,
    CompleteWindowReading,
    Delivery,
    SampleReading,
    SourceReading,
)
from steps.ticks import thousandths, ticks
from tests.factories import NOON

TODAY = date(2026, 11, 20)
MORNING = NOON - timedelta(hours=2)
PHONE_CONNECTION, CLOUD_CONNECTION = uuid.UUID(int=1), uuid.UUID(int=2)
IPHONE = uuid.UUID(int=7)
WATCH = SourceReading(key="apple|Watch7,5", name="Apple Watch", kind="watch", channel="raw")
PHONE = SourceReading(key="apple|iPhone17,1", name="iPhone", kind="phone", channel="raw")
MERGED = SourceReading(key="merged", name="Apple Health", kind="phone", channel="merged")
CLOUD = SourceReading(key="cloud", name="Fitbit", kind="cloud", channel="cloud")


def sample(id, minute, minutes, steps, *, source=WATCH, manual=False, written=None, since=MORNING):
    """Steps over ``minutes`` from ``minute`` after ``since`` on."""
    start = since + timedelta(minutes=minute)
    return SampleReading(
        external_id=id,
        source=source,
        start=ticks(start),
        end=ticks(start + timedelta(minutes=minutes)),
        steps=thousandths(Decimal(steps)),
        manual=manual,
        written_at=None if written is None else ticks(NOON + timedelta(minutes=written)),
        place=0,
    )


def total(steps, *, day=TODAY, source=CLOUD, manual=0):
    """A day total."""
    return BucketReading(
        source=source,
        date=day,
        whole_day=True,
        start=None,
        end=None,
        steps=Decimal(steps),
        manual_steps=Decimal(manual),
        index=0,
    )


def window(minute, minutes, steps, *, source=MERGED, since=MORNING, day=TODAY):
    """A merged window of the day."""
    start = since + timedelta(minutes=minute)
    return BucketReading(
        source=source,
        date=day,
        whole_day=False,
        start=start,
        end=start + timedelta(minutes=minutes),
        steps=Decimal(steps),
        manual_steps=Decimal(0),
        index=0,
    )


def looked(minute, minutes, *, since=MORNING):
    """The phone's word that it listed everything in these minutes."""
    start = since + timedelta(minutes=minute)
    return CompleteWindowReading(start=start, end=start + timedelta(minutes=minutes))


def delivery(
    person, *, at=0, connection=PHONE_CONNECTION, phone=IPHONE, received_at=None, **content
):
    """A report as of ``at`` minutes after noon."""
    as_of = NOON + timedelta(minutes=at)
    return Delivery(
        person_id=person.pk,
        connection_id=connection,
        provider="healthkit" if phone else "fitbit",
        via="upload" if phone else "poll",
        as_of=as_of,
        received_at=received_at or max(as_of, NOON + timedelta(hours=3)),
        installation_id=phone,
        **content,
    )


def record(person, **content):
    """Hand a report to the ledger."""
    return ledger.record(delivery(person, **content), why="test")


def cloud(person, *totals, at=0):
    """Hand a tracker cloud's answer to the ledger."""
    return record(person, at=at, connection=CLOUD_CONNECTION, phone=None, buckets=totals)


def steps_on(person, day=TODAY):
    """What is kept for a day; None when nothing is known."""
    row = Day.objects.filter(person=person, date=day).first()
    return row.steps if row else None
