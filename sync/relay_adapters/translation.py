"""Turns a foreign app's upload into statements for the ledger. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from integrations.models import Installation
from integrations.relays.forms import Push, PushedDay, PushedWindow
from steps.models import Channel, Report, SourceKind
from steps.readings import BucketReading, Delivery, SourceReading
from sync.relay_intake import merged_key, sample_reading
from users.calendar import LocalCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A delivery; ``parts`` of its buckets may cover less than they say, so they never lower."""

    delivery: Delivery
    parts: frozenset[BucketReading]


def translate(
    *, push: Push, installation: Installation, calendar: LocalCalendar, received_at: datetime
) -> Translated:
    """Make the delivery of one upload.

    Civil dates are believed; windows are filed under the local day of ``calendar`` they begin in.
    """
    source = _source(push, installation)
    filed = [(_day(day, source), day.partial) for day in push.days]
    filed += [(_window(each, source, calendar), each.partial) for each in push.windows]
    delivery = Delivery(
        person_id=installation.connection.person_id,
        connection_id=installation.connection_id,
        provider=installation.connection.provider,
        via=Report.Via.UPLOAD,
        as_of=min(push.sent_at or received_at, received_at),
        received_at=received_at,
        installation_id=installation.pk,
        samples=tuple(sample_reading(each) for each in push.samples),
        buckets=tuple(bucket for bucket, _ in filed),
    )
    parts = frozenset(bucket for bucket, partial in filed if partial)
    return Translated(delivery=delivery, parts=parts)


def _source(push: Push, installation: Installation) -> SourceReading:
    kind = SourceKind.MANUAL if push.self_reported else SourceKind.PHONE
    key = merged_key(push.client, installation)
    return SourceReading(key=key, name=push.name, kind=kind, channel=Channel.MERGED)


def _day(day: PushedDay, source: SourceReading) -> BucketReading:
    return BucketReading(
        source=source,
        date=day.date,
        whole_day=True,
        start=None,
        end=None,
        steps=day.steps,
        manual_steps=Decimal(0),
        index=day.index,
    )


def _window(window: PushedWindow, source: SourceReading, calendar: LocalCalendar) -> BucketReading:
    return BucketReading(
        source=source,
        date=calendar.date_of(window.start),
        whole_day=False,
        start=window.start.astimezone(UTC),
        end=window.end.astimezone(UTC),
        steps=window.steps,
        manual_steps=Decimal(0),
        index=window.index,
    )
