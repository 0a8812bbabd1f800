"""Changes how a person wants to be told."""

from collections.abc import Mapping
from datetime import datetime, time
from hashlib import sha256

from django.db import transaction

from notifications.kinds import Channel, Kind
from notifications.models import PushAddress, Wishes
from notifications.telling import channels_of, wishes_of

MOST_DEVICES = 20
Choices = Mapping[str, list[str]]


def wishes(person_id: int) -> Wishes:
    """How somebody wants to be told, as it stands."""
    return wishes_of([person_id])[person_id]


def choices_of(row: Wishes) -> dict[str, list[str]]:
    """Every kind of message with the channels it goes through."""
    return {kind.value: sorted(channels_of(row, kind)) for kind in Kind}


@transaction.atomic
def change(
    *,
    person_id: int,
    choices: Choices | None = None,
    quiet_from: time | None = None,
    quiet_to: time | None = None,
    digest: bool | None = None,
) -> Wishes:
    """Change what is given and keep the rest; messages on their way keep their time."""
    Wishes.objects.get_or_create(person_id=person_id)
    row = Wishes.objects.select_for_update().get(person=person_id)
    row.choices = {**row.choices, **(choices or {})}
    row.quiet_from = row.quiet_from if quiet_from is None else quiet_from
    row.quiet_to = row.quiet_to if quiet_to is None else quiet_to
    row.digest = row.digest if digest is None else digest
    row.save()
    return row


def stop_mails(*, person_id: int, kind: str) -> None:
    """Send no more mails of a kind (of any kind when empty); pushes stay as they are."""
    row = wishes(person_id)
    kinds = [Kind(kind)] if kind else list(Kind)
    left = {
        each.value: sorted(str(channel) for channel in channels_of(row, each) - {Channel.EMAIL})
        for each in kinds
    }
    change(person_id=person_id, choices=left)


@transaction.atomic
def add_device(*, person_id: int, platform: str, address: str, now: datetime) -> PushAddress:
    """Remember a device; one that belonged to somebody else now belongs to this person.

    The oldest of more than 20 devices are forgotten.
    """
    digest = sha256(f"{platform}:{address}".encode()).hexdigest()
    row, _ = PushAddress.objects.update_or_create(
        address_hash=digest,
        defaults={
            "person_id": person_id,
            "platform": platform,
            "address": address,
            "created_at": now,
        },
    )
    kept = PushAddress.objects.filter(person=person_id).order_by("-created_at", "pk")
    old = list(kept.values_list("pk", flat=True)[MOST_DEVICES:])
    PushAddress.objects.filter(pk__in=old).delete()
    return row
