"""When a message may reach somebody. Pure: quiet hours are in the person's own zone."""

from datetime import datetime, time, timedelta, tzinfo

DIGEST_AT = time(18)


def send_at(*, now: datetime, zone: tzinfo, quiet_from: time, quiet_to: time) -> datetime:
    """Return the first instant from ``now`` on (aware) that lies outside the quiet hours.

    Quiet hours may cross midnight; equal times mean that there are none.
    """
    local = now.astimezone(zone)
    if not _is_quiet(local.time(), quiet_from, quiet_to):
        return now
    return max(now, _next(local, quiet_to))


def digest_at(*, now: datetime, zone: tzinfo, quiet_from: time, quiet_to: time) -> datetime:
    """Return when the next digest goes out: at 18:00 where the person is, or after quiet hours."""
    evening = _next(now.astimezone(zone), DIGEST_AT)
    return send_at(now=evening, zone=zone, quiet_from=quiet_from, quiet_to=quiet_to)


def _is_quiet(moment: time, quiet_from: time, quiet_to: time) -> bool:
    if quiet_from <= quiet_to:
        return quiet_from <= moment < quiet_to
    return moment >= quiet_from or moment < quiet_to


def _next(local: datetime, moment: time) -> datetime:
    """The next time the clock on the wall shows ``moment``."""
    same_day = local.replace(
        hour=moment.hour, minute=moment.minute, second=0, microsecond=0, fold=0
    )
    return same_day if same_day > local else same_day + timedelta(days=1)
