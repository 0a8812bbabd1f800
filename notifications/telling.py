"""Writes messages down, once per event, and plans how they reach people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from notifications.kinds import DEFAULTS, Channel, Kind
from notifications.models import Delivery, FeedItem, Notification, PushAddress, Wishes
from notifications.quiet import digest_at, send_at
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event for one person; ``key`` names the event and is never told to them twice."""

    person_id: int
    kind: Kind
    key: str
    challenge_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event for the feed of a challenge; ``person_id`` is who it is about, if anybody."""

    challenge_id: UUID
    kind: Kind
    key: str
    person_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def tell(news: Sequence[News], *, now: datetime) -> int:
    """Store what has not been told before and plan its deliveries; returns how many are new.

    Messages of people who are gone or inactive are stored for nobody.
    """
    people = User.objects.in_bulk([each.person_id for each in news])
    rows = [
        Notification(
            person_id=each.person_id,
            kind=each.kind,
            key=each.key[:120],
            challenge_id=each.challenge_id,
            facts=dict(each.facts),
            created_at=now,
        )
        for each in news
        if each.person_id in people and people[each.person_id].is_active
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    ids = [row.pk for row in rows]
    stored = set(Notification.objects.filter(pk__in=ids).values_list("pk", flat=True))
    new = [row for row in rows if row.pk in stored]
    _plan(new, people, now)
    return len(new)


def show(happenings: Iterable[Happening], *, now: datetime) -> None:
    """Put events into the feeds of their challenges; what is there already stays as it is."""
    FeedItem.objects.bulk_create(
        [
            FeedItem(
                challenge_id=each.challenge_id,
                kind=each.kind,
                key=each.key[:120],
                person_id=each.person_id,
                facts=dict(each.facts),
                at=now,
            )
            for each in happenings
        ],
        ignore_conflicts=True,
    )


def wishes_of(person_ids: Collection[int]) -> dict[int, Wishes]:
    """How each of these people wants to be told; who never said gets the defaults."""
    found = {row.person_id: row for row in Wishes.objects.filter(person__in=person_ids)}
    return {pk: found.get(pk) or Wishes(person_id=pk) for pk in person_ids}


def channels_of(wishes: Wishes, kind: Kind) -> frozenset[Channel]:
    """The channels somebody wants this kind of message through."""
    chosen = wishes.choices.get(kind)
    if chosen is None:
        return DEFAULTS[kind]
    return frozenset(Channel(each) for each in chosen)


def _plan(rows: Sequence[Notification], people: Mapping[int, User], now: datetime) -> None:
    wishes = wishes_of({row.person_id for row in rows})
    reachable = PushAddress.objects.filter(person__in=wishes).values_list("person_id", flat=True)
    with_phone = set(reachable)
    Delivery.objects.bulk_create(
        _delivery(row, channel, people[row.person_id], wishes[row.person_id], now)
        for row in rows
        for channel in sorted(channels_of(wishes[row.person_id], Kind(row.kind)))
        if channel is Channel.EMAIL or row.person_id in with_phone
    )


def _delivery(
    row: Notification, channel: Channel, person: User, wishes: Wishes, now: datetime
) -> Delivery:
    """Mails may wait for the digest; a push that waits until the evening is of no use."""
    digest = wishes.digest and channel is Channel.EMAIL
    when = digest_at if digest else send_at
    due = when(now=now, zone=person.zone, quiet_from=wishes.quiet_from, quiet_to=wishes.quiet_to)
    return Delivery(notification=row, channel=channel, digest=digest, due_at=due)
