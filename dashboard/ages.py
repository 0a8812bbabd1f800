"""How old an instant is, in words. Pure: the time of looking is an argument."""

from datetime import datetime, timedelta, tzinfo

JUST_NOW = timedelta(seconds=10)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COUNT_HOURS_FOR = timedelta(hours=48)
COUNT_DAYS_FOR = timedelta(days=60)


def relative(instant: datetime, now: datetime) -> str:
    """Return ``3 h ago``, ``in 5 min``, ``just now``, and the date (UTC) for what is far away."""
    distance = abs(now - instant)
    if distance < JUST_NOW:
        return "just now"
    if distance >= COUNT_DAYS_FOR:
        return f"{instant.day} {instant:%b %Y}"
    words = _span(distance)
    return f"in {words}" if instant > now else f"{words} ago"


def absolute(instant: datetime, zone: tzinfo) -> str:
    """Return the instant in ``zone`` to the second, with the zone's short name."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M:%S %Z}"


def _span(distance: timedelta) -> str:
    if distance < MINUTE:
        return f"{distance.seconds} s"
    if distance < HOUR:
        return f"{distance // MINUTE} min"
    if distance < COUNT_HOURS_FOR:
        return f"{distance // HOUR} h"
    return f"{distance // DAY} days"
