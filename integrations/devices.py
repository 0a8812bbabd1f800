"""Writes the trackers of a connection as its provider last described them."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from integrations.contract import TrackerDevice
from integrations.models import Device

FIELDS = ("name", "kind", "battery", "last_synced_at")


def replace_devices(*, connection_id: UUID, devices: Iterable[TrackerDevice]) -> None:
    """Make the stored trackers exactly ``devices``; an unchanged list costs no write."""
    wanted = {row.external_id: row for row in (_row(connection_id, item) for item in devices)}
    with transaction.atomic():
        stored = {row.external_id: row for row in Device.objects.filter(connection=connection_id)}
        changed = [row for key, row in wanted.items() if not _same(row, stored.get(key))]
        gone = stored.keys() - wanted.keys()
        if gone:
            Device.objects.filter(connection=connection_id, external_id__in=gone).delete()
        if changed:
            Device.objects.bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=["connection", "external_id"],
                update_fields=FIELDS,
            )


def _row(connection_id: UUID, device: TrackerDevice) -> Device:
    """A provider's texts are cut to what the columns hold."""
    return Device(
        connection_id=connection_id,
        external_id=device.external_id[:120],
        name=device.name[:120],
        kind=device.kind[:16],
        battery=device.battery[:16],
        last_synced_at=device.last_synced_at,
    )


def _same(row: Device, stored: Device | None) -> bool:
    return stored is not None and all(
        getattr(row, field) == getattr(stored, field) for field in FIELDS
    )
