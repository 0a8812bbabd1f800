"""Days that webhooks named: remembered until a run has read them, however old they are."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from integrations.contract import FetchWindow
from sync.webhooks.models import NamedDay, WebhookNotice

# Nothing older can still change a challenge; a notice that names such a day is a slip.
OLDEST = timedelta(days=366)
ONE_DAY = timedelta(days=1)
# The days that were named and not read yet, with when that was.
Named = Mapping[date, datetime]


def remember(*, connection_id: UUID, notices: Iterable[WebhookNotice], now: datetime) -> None:
    """Note the days that the notices name (in the caller's transaction)."""
    today = now.astimezone(UTC).date()
    days = {day for notice in notices for day in _days(notice, today)}
    NamedDay.objects.bulk_create(
        [NamedDay(connection_id=connection_id, date=day, named_at=now) for day in sorted(days)],
        update_conflicts=True,
        unique_fields=["connection", "date"],
        update_fields=["named_at"],
    )


def _days(notice: WebhookNotice, today: date) -> Iterable[date]:
    """The civil days from the first named to the last, where they can exist at all."""
    if notice.first is None and notice.last is None:
        return
    first = max(notice.first or notice.last or today, today - OLDEST)
    last = min(notice.last or notice.first or today, today + ONE_DAY)
    while first <= last:
        yield first
        first += ONE_DAY


def widened(window: FetchWindow, named: Named, *, history_days: int | None) -> FetchWindow:
    """The window, reaching back to the oldest named day the provider still answers for."""
    first = min([window.first, *named])
    if history_days is not None:
        oldest = window.last - timedelta(days=history_days - 1)
        first = max(first, min(window.first, oldest))
    return replace(window, first=first)


def forget(*, connection_id: UUID, named: Named) -> None:
    """Drop the days that have been read; one that was named again since then stays."""
    for day, named_at in named.items():
        NamedDay.objects.filter(connection=connection_id, date=day, named_at=named_at).delete()
