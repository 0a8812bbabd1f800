"""Puts the connections of retired providers to rest, whoever retired them: folder or operator.

A connection that was put to rest keeps its history and its place; it is not asked any more, and it
wakes only when its person connects again, after the provider has come back.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations import registry
from integrations.contract import ProviderStatus
from integrations.models import Connection, ConnectionStatus
from steps import freshness
from sync.models import Schedule

BATCH = 1000
CAUSE = "provider_retired"
LIVING = (ConnectionStatus.ACTIVE, ConnectionStatus.NEEDS_RECONNECT)


def put_to_rest(*, now: datetime) -> int:
    """Retire every connection of a retired provider; returns how many were not retired yet."""
    retired = [
        each.slug
        for each in registry.all_providers()
        if registry.status_of(each.slug) == ProviderStatus.RETIRED
    ]
    total = 0
    while retired and (done := _some(retired, now)):
        total += done
    return total


@transaction.atomic
def _some(slugs: Collection[str], now: datetime) -> int:
    """Retire up to ``BATCH``; a connection that somebody works on now has its turn later."""
    living = Connection.objects.filter(provider__in=slugs, status__in=LIVING)
    held = living.select_for_update(no_key=True, skip_locked=True).order_by("pk")
    rows = list(held.values_list("pk", "person_id")[:BATCH])
    pks: list[UUID] = [pk for pk, _ in rows]
    Connection.objects.filter(pk__in=pks).update(status=ConnectionStatus.RETIRED, reason=CAUSE)
    Schedule.objects.filter(pk__in=pks).update(next_sync_at=None, lease_until=None, failures=0)
    _note_broken({person_id for _, person_id in rows}, now)
    return len(rows)


def _note_broken(people: Collection[int], now: datetime) -> None:
    """Who has another connection that works is not broken."""
    others = Connection.objects.filter(person__in=people, status=ConnectionStatus.ACTIVE)
    working = set(others.values_list("person_id", flat=True))
    freshness.mark_all_broken(person_ids=set(people) - working, since=now)
