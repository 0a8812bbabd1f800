"""Puts what phones and trackers tell into deliveries, as the intake of an upload or a poll does."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from bench.season.told import Hour, Look, Total, Walk, instant_of
from challenges.scoring import record_days
from steps import ledger
from steps.readings import (
    BucketReading,
    CompleteWindowReading,
    Delivery,
    SampleReading,
    SourceReading,
)
from steps.ticks import THOUSAND, ticks

_THINGS = {
    "watch": SourceReading(key="apple|Watch7,5", name="Apple Watch", kind="watch", channel="raw"),
    "phone": SourceReading(key="apple|iPhone17,1", name="iPhone", kind="phone", channel="raw"),
}
_CLOUD = SourceReading(key="cloud", name="Fitbit", kind="cloud", channel="cloud")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The ways of one person's steps to us; ``zone`` is where the tracker's account was made."""

    person_id: int
    zone: str
    phone: uuid.UUID
    cloud: uuid.UUID

    def upload(self, look: Look) -> Delivery:
        """Return what the phone uploads."""
        first, last = map(instant_of, look.complete) if look.complete else (None, None)
        return Delivery(
            person_id=self.person_id,
            connection_id=self.phone,
            provider="healthkit",
            via="upload",
            as_of=look.looked,
            received_at=look.received,
            installation_id=self.phone,
            samples=tuple(_sample(walk, n) for n, walk in enumerate(look.walks)),
            deleted=look.gone,
            window=CompleteWindowReading(start=first, end=last) if first and last else None,
        )

    def answer(self, look: Look) -> Delivery:
        """Return what the tracker's cloud answers."""
        told: list[Hour | Total] = [*look.hours, *look.totals]
        return Delivery(
            person_id=self.person_id,
            connection_id=self.cloud,
            provider="fitbit",
            via="poll",
            as_of=look.looked,
            received_at=look.received,
            buckets=tuple(self._bucket(each, n) for n, each in enumerate(told)),
        )

    def _bucket(self, told: Hour | Total, index: int) -> BucketReading:
        if isinstance(told, Total):
            steps, typed, day, start = told.steps, told.typed, told.day, None
        else:
            steps, typed, start = 60 * told.per_minute, 60 * told.typed, instant_of(told.start)
            day = start.astimezone(ZoneInfo(self.zone)).date()
        return BucketReading(
            source=_CLOUD,
            date=day,
            whole_day=start is None,
            start=start,
            end=start and start + _HOUR,
            steps=Decimal(steps),
            manual_steps=Decimal(typed),
            index=index,
        )


def _sample(walk: Walk, place: int) -> SampleReading:
    return SampleReading(
        external_id=walk.id,
        source=_THINGS[walk.thing],
        start=ticks(instant_of(walk.start)),
        end=ticks(instant_of(walk.end)),
        steps=walk.per_minute * walk.minutes * THOUSAND,
        manual=walk.typed,
        written_at=None,
        place=place,
    )


@transaction.atomic
def deliver(delivery: Delivery) -> int:
    """Do what the intake does: record, then score the days that moved; returns how many did."""
    recorded = ledger.record(delivery, why="season")
    record_days(person_id=delivery.person_id, dates=recorded.changed, now=delivery.received_at)
    if recorded.rejected:
        raise AssertionError(f"refused: {recorded.rejected[0]}")
    return len(recorded.changed)
