"""Which days to ask a provider for. Pure: values in, values out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.contract import FetchWindow

RECENT_DAYS = 3
LATE_DAYS = 30
HOURLY_DAYS = 2


def window(
    *,
    now: datetime,
    zone: ZoneInfo,
    last_synced_at: datetime | None,
    needed_from: date | None,
    history_days: int | None,
    hourly: bool,
) -> FetchWindow:
    """Choose the days to read.

    The first reading goes back 30 days, or to ``needed_from`` (the first day of a challenge) when
    that lies earlier. Later readings cover everything since the last success and always the last 3
    days, because trackers deliver late; the first reading of a local day covers 30 days again.
    ``history_days`` is how far back the provider answers.
    """
    today = now.astimezone(zone).date()
    first = _first_day(today, zone, last_synced_at, needed_from)
    if history_days is not None:
        first = max(first, today - timedelta(days=history_days - 1))
    if not hourly:
        return FetchWindow(first=first, last=today)
    hours_from = datetime.combine(today - timedelta(days=HOURLY_DAYS - 1), time(), zone)
    top_of_hour = now.replace(minute=0, second=0, microsecond=0)
    return FetchWindow(
        first=first,
        last=today,
        hours_from=hours_from.astimezone(UTC),
        hours_to=(top_of_hour + timedelta(hours=1)).astimezone(UTC),
    )


def _first_day(
    today: date, zone: ZoneInfo, last_synced_at: datetime | None, needed_from: date | None
) -> date:
    monthly = today - timedelta(days=LATE_DAYS - 1)
    if last_synced_at is None:
        return min(monthly, needed_from or monthly)
    last = last_synced_at.astimezone(zone).date()
    if last < today:
        return min(monthly, last)
    return today - timedelta(days=RECENT_DAYS - 1)
