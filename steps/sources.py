"""The sources of a person: found or made on intake, ordered by the person."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from steps.models import Source
from steps.readings import Delivery, SourceReading


class UnknownSource(Exception):
    """An id in the order is not one of the person's sources."""


def ensure_sources(delivery: Delivery) -> dict[str, Source]:
    """Return the sources a delivery names, by key, making those that are new.

    Runs under the caller's lock on the person, so no two deliveries make the same source.
    """
    named = _named(delivery)
    if not named:
        return {}
    known = {
        source.key: source
        for source in Source.objects.filter(
            person_id=delivery.person_id, connection_id=delivery.connection_id, key__in=named
        )
    }
    fresh = [_new(delivery, reading) for key, reading in named.items() if key not in known]
    Source.objects.bulk_create(fresh)
    _rename(known, named)
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
    Source.objects.bulk_update(renamed, ["name"])


@transaction.atomic
def reorder(*, person_id: int, ids: Sequence[uuid.UUID]) -> list[Source]:
    """Put the named sources first in this order and the rest back to the default order.

    Raises ``UnknownSource`` when an id is not the person's. The caller holds the person's row
    and re-derives days.
    """
    sources = {s.pk: s for s in Source.objects.select_for_update().filter(person_id=person_id)}
    if any(pk not in sources for pk in ids):
        raise UnknownSource
    places = {pk: place for place, pk in enumerate(ids, start=1)}
    for source in sources.values():
        source.position = places.get(source.pk)
    Source.objects.bulk_update(sources.values(), ["position"])
    return sorted(sources.values(), key=lambda s: (s.position or 1000, s.first_seen_at))
