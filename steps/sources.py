"""The sources of a person: found or made on intake, ordered by the person."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from steps import days
from steps.models import Source
from steps.readings import Delivery, SourceReading
from users.binary import Question, Statement
from users.models import User
from users.plain_models import instance


class UnknownSource(Exception):
    """An id is not one of the person's sources."""


_COLUMNS = [
    "id", "person_id", "connection_id", "key", "name", "provider", "kind", "channel", "position",
    "hidden", "earlier", "folded_before", "first_seen_at",
]  # fmt: skip
_OF_PERSON = f"""
    SELECT {", ".join(_COLUMNS)} FROM steps_source WHERE person_id = %s
"""  # noqa: S608 - the columns above


def of_person(person_id: int) -> Question[list[Source]]:
    """Ask for all sources of a person; every delivery reads them."""
    return Question(Statement(_OF_PERSON, [person_id]), _made)


def _made(rows: list[Any]) -> list[Source]:
    return [instance(Source, _COLUMNS, row) for row in rows]


def ensure_sources(delivery: Delivery, every: list[Source]) -> dict[str, Source]:
    """Return the sources a delivery names, by key; new ones are made and added to ``every``.

    Runs under the caller's lock on the person, so no two deliveries make the same source.
    """
    named = _named(delivery)
    known = {
        source.key: source
        for source in every
        if source.connection_id == delivery.connection_id and source.key in named
    }
    fresh = [_new(delivery, reading) for key, reading in named.items() if key not in known]
    if fresh:
        Source.objects.bulk_create(fresh)
    _rename(known, named)
    every += fresh
    return known | {source.key: source for source in fresh}


def _named(delivery: Delivery) -> dict[str, SourceReading]:
    named = {sample.source.key: sample.source for sample in delivery.samples}
    return named | {bucket.source.key: bucket.source for bucket in delivery.buckets}


def _new(delivery: Delivery, reading: SourceReading) -> Source:
    return Source(
        person_id=delivery.person_id,
        connection_id=delivery.connection_id,
        key=reading.key,
        name=reading.name,
        provider=delivery.provider,
        kind=reading.kind,
        channel=reading.channel,
        first_seen_at=delivery.received_at,
    )


def _rename(known: dict[str, Source], named: dict[str, SourceReading]) -> None:
    renamed = [source for key, source in known.items() if source.name != named[key].name]
    for source in renamed:
        source.name = named[source.key].name
    if renamed:
        Source.objects.bulk_update(renamed, ["name"])


@transaction.atomic
def reorder(*, person_id: int, ids: Sequence[uuid.UUID], now: datetime) -> list[Source]:
    """Put the named sources first in this order and the rest back to the default order.

    Holds from the first open day on. Raises ``UnknownSource`` when an id is not the person's. The
    caller re-derives days.
    """
    sources, first_open = _locked(person_id, now)
    if any(pk not in sources for pk in ids):
        raise UnknownSource
    places = {pk: place for place, pk in enumerate(ids, start=1)}
    for source in sources.values():
        _arrange(source, places.get(source.pk), hidden=source.hidden, since=first_open)
    Source.objects.bulk_update(sources.values(), ["position", "earlier"])
    return sorted(sources.values(), key=lambda s: (s.position or 1000, s.first_seen_at))


@transaction.atomic
def hide(*, person_id: int, source_id: uuid.UUID, hidden: bool, now: datetime) -> Source:
    """Let a source count no longer, or again, from the first open day on.

    Raises ``UnknownSource`` when it is not the person's. The caller re-derives days.
    """
    sources, first_open = _locked(person_id, now)
    source = sources.get(source_id)
    if source is None:
        raise UnknownSource
    _arrange(source, source.position, hidden=hidden, since=first_open)
    source.save(update_fields=["hidden", "earlier"])
    return source


def _locked(person_id: int, now: datetime) -> tuple[dict[uuid.UUID, Source], date]:
    """Return the person's sources and first open day, under the lock that deliveries take."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    sources = {source.pk: source for source in Source.objects.filter(person=person)}
    return sources, days.first_open(person.calendar, now)


def _arrange(source: Source, position: int | None, *, hidden: bool, since: date) -> None:
    """Change how a source takes part from ``since`` on, and remember how it did before."""
    if (position, hidden) == (source.position, source.hidden):
        return
    kept = [entry for entry in source.earlier if entry[0] < since.isoformat()]
    dropped = source.earlier[len(kept) :]
    before = dropped[0][1:] if dropped else [source.position, source.hidden]
    source.earlier = [*kept, [since.isoformat(), *before]]
    source.position, source.hidden = position, hidden


def standing(source: Source, day: date) -> tuple[int | None, bool]:
    """Return the position and whether the source was hidden when ``day`` was last open."""
    for until, position, hidden in source.earlier:
        if day.isoformat() < until:
            return position, hidden
    return source.position, source.hidden
