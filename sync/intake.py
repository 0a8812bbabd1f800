"""Turns what a provider's cloud said into statements for the ledger. Pure."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.contract import DayTotal, Fetched, HourTotal
from integrations.models import Connection
from steps.models import Channel, Report, SourceKind
from steps.readings import BucketReading, Delivery, SourceReading

CLOUD_KEY = "cloud"


def zone_of(connection: Connection, fetched: Fetched) -> ZoneInfo:
    """Cut hours in the zone the provider files its days under; the person's where it says none.

    It is not asked for at every reading: what it said last holds until it says something else.
    """
    name = fetched.timezone or connection.provider_timezone
    try:
        return ZoneInfo(name) if name else connection.person.zone
    except (KeyError, ValueError):
        return connection.person.zone


def cloud_delivery(
    *,
    connection: Connection,
    provider_name: str,
    fetched: Fetched,
    zone: ZoneInfo,
    as_of: datetime,
    received_at: datetime,
) -> Delivery:
    """Make the delivery of one poll: day totals under their civil dates, hours for the day view.

    Hours are filed under the local day of ``zone`` in which they begin.
    """
    source = SourceReading(
        key=CLOUD_KEY, name=provider_name, kind=SourceKind.CLOUD, channel=Channel.CLOUD
    )
    days = [_day(total, source) for total in fetched.days]
    hours = [_hour(total, source, zone) for total in fetched.hours]
    return Delivery(
        person_id=connection.person_id,
        connection_id=connection.pk,
        provider=connection.provider,
        via=Report.Via.POLL,
        as_of=as_of,
        received_at=received_at,
        buckets=tuple(days + hours),
    )


def _day(total: DayTotal, source: SourceReading) -> BucketReading:
    return BucketReading(
        source=source,
        date=total.date,
        whole_day=True,
        start=None,
        end=None,
        steps=Decimal(total.steps),
        manual_steps=Decimal(total.manual_steps),
        index=-1,
    )


def _hour(total: HourTotal, source: SourceReading, zone: ZoneInfo) -> BucketReading:
    return BucketReading(
        source=source,
        date=total.start.astimezone(zone).date(),
        whole_day=False,
        start=total.start,
        end=total.end,
        steps=Decimal(total.steps),
        manual_steps=Decimal(0),
        index=-1,
    )
