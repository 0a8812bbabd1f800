"""Local days and UTC offsets. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST, LATEST = date(1990, 1, 1), date(2200, 1, 1)


def reachable(day: date) -> bool:
    """Whether a day lies in the years the sandbox computes with."""
    return EARLIEST <= day <= LATEST


def day_bounds(zone: str, day: date) -> tuple[int, int]:
    """Epoch seconds where the local day starts and where the next one does (23, 24 or 25 h)."""
    return _midnight(zone, day), _midnight(zone, day + timedelta(days=1))


def _midnight(zone: str, day: date) -> int:
    return int(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).timestamp())


def noon(zone: str, day: date) -> int:
    """Epoch seconds of 12:00 local time."""
    return int(datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).timestamp())


def offset_at(zone: str, timestamp: float) -> int:
    """The zone's UTC offset in seconds at an instant."""
    shift = datetime.fromtimestamp(timestamp, ZoneInfo(zone)).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def civil(timestamp: float, offset: int) -> datetime:
    """The wall clock, without a zone, that an offset shows at an instant."""
    return datetime.fromtimestamp(timestamp + offset, UTC).replace(tzinfo=None)


def local_date(zone: str, timestamp: float) -> date:
    """The local calendar date at an instant."""
    return datetime.fromtimestamp(timestamp, ZoneInfo(zone)).date()
