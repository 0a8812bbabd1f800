"""The shortest interval that a provider's quotas leave to each of its accounts."""

import threading
from datetime import datetime, timedelta

from django.db.models import Count

from integrations import registry
from sync import schedule
from sync.models import Schedule

COUNT_EVERY = timedelta(minutes=10)


class _Crowd:
    """How many accounts each provider has, counted every ten minutes by each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._counted_at: datetime | None = None

    def of(self, provider: str, now: datetime) -> int:
        """Return the number of polled accounts; one at least, for somebody asks."""
        with self._lock:
            if self._counted_at is None or abs(now - self._counted_at) >= COUNT_EVERY:
                self._counts, self._counted_at = _count(), now
            return max(self._counts.get(provider, 0), 1)


def _count() -> dict[str, int]:
    polled = Schedule.objects.filter(next_sync_at__isnull=False)
    rows = polled.values_list("connection__provider").annotate(Count("pk")).order_by()
    return dict(rows)


_crowd = _Crowd()


def floor_of(provider: str, *, now: datetime) -> timedelta:
    """Return the floor for an account of a provider; zero where no quota is known."""
    quotas = registry.get(provider).capabilities.quotas
    return schedule.quota_floor(quotas, accounts=_crowd.of(provider, now)) if quotas else _NONE


_NONE = timedelta(0)
