"""Which days to ask a provider for. Pure: values in, values out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.contract import FetchWindow

RECENT_DAYS = 3
LATE_DAYS = 30
HOURLY_DAYS = 2
DEVICES_EVERY = timedelta(minutes=15)
ZONE_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When a connection was last asked for what; None is never. ``steps_at``: with success."""

    steps_at: datetime | None
    devices_at: datetime | None = None
    zone_at: datetime | None = None


def window(
    *,
    now: datetime,
    zone: ZoneInfo,
    asked: Asked,
    needed_from: date | None,
    history_days: int | None,
    hourly: bool,
    whole: bool = False,
    waited_for: bool = False,
) -> FetchWindow:
    """Choose what to read.

    The first reading goes back 30 days, or to ``needed_from`` (the first day of a challenge) when
    that lies earlier. Later readings cover everything since the last success and always the last 3
    days, because trackers deliver late; the first reading of a local day covers 30 days again, and
    ``whole`` all of the challenge. ``history_days`` is how far back the provider answers. Trackers
    are asked for every 15 minutes, or when somebody waits for the answer; the zone once a day.
    """
    today = now.astimezone(zone).date()
    first = _first_day(today, zone, None if whole else asked.steps_at, needed_from)
    if history_days is not None:
        first = max(first, today - timedelta(days=history_days - 1))
    hours_from, hours_to = _hours(today, zone, now) if hourly else (None, None)
    return FetchWindow(
        first=first,
        last=today,
        hours_from=hours_from,
        hours_to=hours_to,
        devices=waited_for or _is_time(now, asked.devices_at, DEVICES_EVERY),
        zone=_is_time(now, asked.zone_at, ZONE_EVERY),
    )


def _is_time(now: datetime, last: datetime | None, every: timedelta) -> bool:
    """Also when the last time lies ahead: then the clock has gone back."""
    return last is None or abs(now - last) >= every


def _hours(today: date, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """From the midnight that began yesterday to the end of this hour (UTC)."""
    begin = datetime.combine(today - timedelta(days=HOURLY_DAYS - 1), time(), zone)
    top_of_hour = now.replace(minute=0, second=0, microsecond=0)
    return begin.astimezone(UTC), (top_of_hour + timedelta(hours=1)).astimezone(UTC)


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
