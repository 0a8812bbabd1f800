"""Turns a decoded ``relay/1`` upload into statements for the ledger. Pure."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from integrations.models import Installation
from integrations.phone_permission import sees_since
from integrations.relay1 import RelaySample, RelaySource, RelayUpload
from steps.models import Channel, Report, SourceKind
from steps.readings import (
    CompleteWindowReading,
    Delivery,
    SampleReading,
    SourceReading,
)
from steps.ticks import THOUSAND, thousandths, ticks
from sync.relay_buckets import bucket_readings
from sync.source_kinds import kind_of, typed_by_hand

MERGED_KEY = "merged"


def phone_delivery(
    *,
    upload: RelayUpload,
    installation: Installation,
    provider_name: str,
    zone: ZoneInfo,
    received_at: datetime,
) -> Delivery:
    """Make the delivery of one upload.

    ``zone`` is the phone's, as far as it is known. Times of a phone whose clock runs ahead are
    brought back to the time of receipt. What a locked phone could not read is no statement.
    """
    readable = _readable(upload)
    merged = SourceReading(
        key=merged_key(MERGED_KEY, installation),
        name=provider_name,
        kind=SourceKind.PHONE,
        channel=Channel.MERGED,
    )
    samples = upload.samples if readable else [each for each in upload.samples if each.count]
    buckets = [each for each in upload.buckets if readable or each.steps_all]
    return Delivery(
        person_id=installation.connection.person_id,
        connection_id=installation.connection_id,
        provider=installation.connection.provider,
        via=Report.Via.UPLOAD,
        as_of=min(upload.sent_at or received_at, received_at),
        received_at=received_at,
        batch_id=upload.batch_id or "",
        installation_id=installation.pk,
        samples=tuple(map(sample_reading, samples)),
        deleted=tuple(upload.deleted),
        buckets=bucket_readings(buckets, merged, zone),
        window=_window(upload) if readable else None,
    )


def merged_key(app: str, installation: Installation) -> str:
    """Name the source of what ``app`` has merged on one phone.

    Each phone is a source of its own: what it says replaces what it has said, never what another
    phone of the person says.
    """
    return f"{app}:{installation.pk.hex}"


def _readable(upload: RelayUpload) -> bool:
    status = upload.status or {}
    return status.get("protected_data") in (None, "available")


def _window(upload: RelayUpload) -> CompleteWindowReading | None:
    window = upload.window
    if window is None or not window.complete:
        return None
    start = sees_since(upload.status or {}, asked=window.start)
    if start is None or start > window.end:
        return None
    return CompleteWindowReading(start=start, end=window.end)


def sample_reading(sample: RelaySample) -> SampleReading:
    """Make the ledger's statement of one raw sample, whichever app sent it."""
    source, typed = _source(sample.source)
    written = sample.written
    return SampleReading(
        sample.id,
        source,
        ticks(sample.start),
        ticks(sample.end),
        _thousandths(sample.count),
        typed or bool(sample.manual),
        None if written is None else ticks(written),
        sample.index,
    )


def _app(source: RelaySource | None) -> str:
    return (source.app if source else None) or "unknown"


@lru_cache(maxsize=4096)
def _source(source: RelaySource | None) -> tuple[SourceReading, bool]:
    """A thousand samples name a handful of sources; also says whether one is typed by hand."""
    app, product = _app(source), (source.product if source else None) or ""
    shown = (source.name if source else None) or app
    reading = SourceReading(
        key=f"{app}|{product}"[:200],
        name=shown[:120],
        kind=kind_of(app=app, product=product),
        channel=Channel.RAW,
    )
    return reading, typed_by_hand(app)


def _thousandths(number: float) -> int:
    whole = int(number)
    return whole * THOUSAND if whole == number else thousandths(Decimal(str(number)))
