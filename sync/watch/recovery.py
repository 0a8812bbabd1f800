"""What follows for connections from the trouble of a whole provider.

A storm of refusals takes back what it told single people before it was recognised as one; a
provider that has ended for good is ended for everybody, and everybody comes back should it, too.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from integrations import breakers
from integrations.breaker_rules import Trouble
from integrations.models import Breaker, Connection, ConnectionStatus
from sync.models import Schedule
from sync.outcomes import note_brokenness

log = logging.getLogger(__name__)
RETIRED = "provider_retired"
# A run that ended just before the storm was recognised has written what it learned by then.
STILL_MARKING = timedelta(minutes=1)


def follow(*, now: datetime) -> int:
    """Carry out what the open breakers ask for; returns how many connections changed."""
    rows = list(Breaker.objects.filter(state=Breaker.State.OPEN))
    restored = sum(_restore(row, now) for row in rows if row.doubted)
    return restored + sum(_retire(row, now) for row in rows if row.kind == Trouble.GONE)


def _restore(row: Breaker, now: datetime) -> int:
    """The word of a storm is worth nothing; who has really left will be told so afterwards."""
    told = Q(status=ConnectionStatus.NEEDS_RECONNECT) | Q(
        status=ConnectionStatus.ACTIVE, schedule__next_sync_at=None
    )
    doubted = Connection.objects.filter(
        told, pk__in=row.doubted, connected_at__lte=row.opened_at or now
    )
    restored = _put_to_work(list(doubted.values_list("pk", "person_id")), row.retry_at or now, now)
    if row.opened_at and now - row.opened_at > STILL_MARKING:
        Breaker.objects.filter(pk=row.pk).update(doubted=[])
    return restored


def _retire(row: Breaker, now: datetime) -> int:
    """Nobody is asked to reconnect to what is no longer there."""
    active = Connection.objects.filter(provider=row.provider, status=ConnectionStatus.ACTIVE)
    found = list(active.values_list("pk", "person_id"))
    for pk, person_id in found:
        with transaction.atomic():
            Connection.objects.filter(pk=pk, status=ConnectionStatus.ACTIVE).update(
                status=ConnectionStatus.RETIRED, reason=RETIRED
            )
            Schedule.objects.filter(pk=pk).update(next_sync_at=None, lease_until=None, failures=0)
            note_brokenness(person_id=person_id, now=now)
    _tell("provider_retired", row.provider, len(found))
    return len(found)


def bring_back(*, provider: str, now: datetime) -> int:
    """Ask a provider again and let everybody whom it had retired go on; returns how many."""
    breakers.reopen(provider=provider, now=now)
    retired = Connection.objects.filter(
        provider=provider, status=ConnectionStatus.RETIRED, reason=RETIRED
    )
    return _put_to_work(list(retired.values_list("pk", "person_id")), now, now)


def _put_to_work(found: list[tuple[UUID, int]], due: datetime, now: datetime) -> int:
    for pk, person_id in found:
        with transaction.atomic():
            Connection.objects.filter(pk=pk).exclude(status=ConnectionStatus.DISCONNECTED).update(
                status=ConnectionStatus.ACTIVE, reason=""
            )
            Schedule.objects.filter(pk=pk).update(next_sync_at=due, lease_until=None, failures=0)
            note_brokenness(person_id=person_id, now=now)
    _tell("connections_restored", "", len(found))
    return len(found)


def _tell(action: str, provider: str, count: int) -> None:
    if count:
        extra = {"action": action, "provider": provider, "connections": count}
        log.warning("connections changed with their provider", extra=extra)
