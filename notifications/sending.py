"""Hands due messages to the back-ends: mails and pushes, one by one or as a digest."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from notifications.backends import Message, TryLater, Undeliverable, deliver
from notifications.kinds import text
from notifications.links import app_link, unsubscribe_link
from notifications.models import Delivery
from notifications.naming import named

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
# News nobody could be told for so long is no news any more.
STALE_AFTER = timedelta(days=2)
State = Delivery.State
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Deliveries that go out together: one, or all of somebody's digest."""

    deliveries: Sequence[Delivery]


def send_due(*, now: datetime, limit: int) -> int:
    """Send up to ``limit`` deliveries that are due; returns how many were handed over.

    No row is locked while a back-end works; whoever dies meanwhile leaves a lease that ends.
    """
    _drop_stale(now)
    parcels = _parcels(_claim(now, limit))
    return sum(_send(parcel, now) for parcel in parcels)


def _drop_stale(now: datetime) -> None:
    waiting = Delivery.objects.filter(state=State.WAITING, due_at__lt=now - STALE_AFTER)
    waiting.update(state=State.DROPPED, trouble="too late to be news")


@transaction.atomic
def _claim(now: datetime, limit: int) -> list[Delivery]:
    """Lease what is due; of a digest always the whole."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = Delivery.objects.filter(free, state=State.WAITING, due_at__lte=now)
    first = list(due.select_for_update(skip_locked=True).order_by("due_at")[:limit])
    readers = {row.notification.person_id for row in first if row.digest}
    rest = due.filter(digest=True, notification__person__in=readers).exclude(
        pk__in=[row.pk for row in first]
    )
    ids = [row.pk for row in first]
    ids += rest.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    Delivery.objects.filter(pk__in=ids).update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    rows = Delivery.objects.filter(pk__in=ids).order_by("due_at", "pk")
    return list(rows.select_related("notification__person", "notification__challenge"))


def _parcels(rows: Sequence[Delivery]) -> list[Parcel]:
    singles = [Parcel([row]) for row in rows if not row.digest]
    digests: dict[tuple[int, str], list[Delivery]] = {}
    for row in rows:
        if row.digest:
            digests.setdefault((row.notification.person_id, row.channel), []).append(row)
    return singles + [Parcel(each) for each in digests.values()]


def _send(parcel: Parcel, now: datetime) -> int:
    ids = [row.pk for row in parcel.deliveries]
    first = parcel.deliveries[0]
    rows = Delivery.objects.filter(pk__in=ids)
    try:
        deliver(first.channel, message_of(parcel))
    except Undeliverable as trouble:
        rows.update(state=State.DROPPED, lease_until=None, trouble=str(trouble)[:120])
        return 0
    except TryLater as trouble:
        _postpone(parcel, trouble, now)
        return 0
    rows.update(state=State.SENT, sent_at=now, lease_until=None, trouble="")
    return len(ids)


def message_of(parcel: Parcel) -> Message:
    """What a parcel says: its only message, or the digest of all of them."""
    notes = [row.notification for row in parcel.deliveries]
    first = notes[0]
    facts = named(note.facts for note in notes)
    texts = [text(note.kind, said) for note, said in zip(notes, facts, strict=True)]
    alone = len(notes) == 1
    return Message(
        person=first.person,
        title=texts[0].title if alone else f"{len(notes)} things happened at your challenge",
        texts=tuple(texts),
        link=app_link(first.challenge_id),
        unsubscribe=unsubscribe_link(first.person_id, first.kind if alone else ""),
        thread=str(first.challenge_id or first.kind),
    )


def _postpone(parcel: Parcel, trouble: TryLater, now: datetime) -> None:
    attempts = max(row.attempts for row in parcel.deliveries)
    rows = Delivery.objects.filter(pk__in=[row.pk for row in parcel.deliveries])
    log.warning("message not sent: %s", trouble, extra={"action": "notification_failed"})
    if attempts >= MOST_ATTEMPTS:
        rows.update(state=State.DROPPED, lease_until=None, trouble=str(trouble)[:120])
        return
    pause = FIRST_PAUSE * 2 ** (attempts - 1) * (1 + random.random() / 4)  # noqa: S311 - jitter
    rows.update(due_at=now + pause, lease_until=None, trouble=str(trouble)[:120])
