"""Takes a foreign app's upload: the same ledger, the same transaction as our own app's."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from integrations.models import Installation
from integrations.relay1 import Rejection
from integrations.relays.forms import Push
from steps.models import Bucket
from steps.readings import Delivery
from sync import relay
from sync.relay_adapters.translation import Translated, translate
from sync.relay_hold import hold
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a foreign upload; ``cause`` is why its steps cannot be counted, or empty."""

    accepted: int = 0
    unchanged: int = 0
    rejected: tuple[Rejection, ...] = ()
    days: tuple[dict[str, Any], ...] = ()
    cause: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether everything that was sent is stored."""
        return not (self.rejected or self.cause)


@transaction.atomic
def take_push(*, installation: Installation, push: Push, now: datetime) -> Outcome:
    """Store an upload durably. One that says nothing about steps only shows that the app lives."""
    hold(installation)
    push.status = {**installation.status, **push.status}
    if push.is_silent:
        relay.note_phone(installation=installation, news=push, now=now)
        return Outcome(rejected=tuple(push.rejected))
    person = User.objects.select_for_update(no_key=True).get(pk=installation.connection.person_id)
    translated = translate(
        push=push, installation=installation, calendar=person.calendar, received_at=now
    )
    taken = relay.take(
        installation=installation,
        delivery=_without_smaller_parts(translated),
        news=push,
        cause=push.cause,
        now=now,
    )
    return Outcome(
        accepted=taken.recorded.accepted,
        unchanged=taken.recorded.unchanged,
        rejected=(*push.rejected, *_by_the_ledger(taken)),
        days=tuple(taken.days),
        cause=push.cause,
    )


def note_unreadable(*, installation: Installation, client: str, why: str, now: datetime) -> None:
    """Remember that the app is alive but sends what nobody can read."""
    status = {**installation.status, client: {"unreadable": why}}
    relay.note_heartbeat(installation=installation, status=status, now=now)


def _by_the_ledger(taken: relay.Taken) -> list[Rejection]:
    return [
        Rejection(each.index, each.code, each.detail, each.list) for each in taken.recorded.rejected
    ]


def _without_smaller_parts(translated: Translated) -> Delivery:
    """Leave out totals of cut windows that are smaller than what is known of them.

    Windows are replaced, up or down, and nobody else keeps the larger number. But some apps send a
    day or a window that their own look-back cut as if it were whole, or one that is not over; taken
    at its word it would wipe out steps that were counted. The caller holds the lock on the person.
    """
    delivery = translated.delivery
    if not translated.parts:
        return delivery
    known = {
        (row.whole_day, row.date, row.start): row.steps
        for row in Bucket.objects.filter(
            person_id=delivery.person_id,
            source__connection_id=delivery.connection_id,
            source__key=next(iter(translated.parts)).source.key,
            date__in={part.date for part in translated.parts},
        ).order_by("steps")
    }
    smaller = {
        part
        for part in translated.parts
        if known.get((part.whole_day, part.date, part.start), 0) > part.steps
    }
    return replace(delivery, buckets=tuple(b for b in delivery.buckets if b not in smaller))
