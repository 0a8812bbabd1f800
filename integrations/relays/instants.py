"""Reads the ways in which phone apps write a moment. Pure."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from integrations.relay1_checks import FIRST_YEAR, LAST_YEAR
from integrations.relays.reading import Unusable

# ``yyyy-MM-dd HH:mm:ss Z``; where a phone shows 12 hours, AM or PM slips in. The space before it
# may be a narrow no-break one, and some languages write dots.
_SPACED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[\sT]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r"\s*(?:([AaPp])\.?\s?[Mm]\.?)?\s*(?:(Z)|([+-])(\d\d):?(\d\d))"
)


def iso(value: object) -> datetime:
    """Read an ISO 8601 instant with its offset; raises ``Unusable``."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unusable("invalid_record", "a time is no ISO 8601 instant with an offset")
    return _within_reach(moment)


def iso_or_none(value: object) -> datetime | None:
    """Read an ISO 8601 instant if there is a usable one."""
    try:
        return iso(value)
    except Unusable:
        return None


def spaced(value: object) -> datetime:
    """Read ``2026-11-18 07:00:00 +0100``, also with AM or PM; keeps the offset.

    Raises ``Unusable``.
    """
    found = _SPACED.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return iso(value)
    year, month, day, hour, minute = (int(part) for part in found.group(1, 2, 3, 4, 5))
    try:
        moment = datetime(
            year,
            month,
            day,
            _hour_of_day(hour, found[7]),
            minute,
            int(found[6] or 0),
            tzinfo=_offset(found),
        )
    except ValueError:
        raise Unusable("invalid_record", "there is no such date or time") from None
    return _within_reach(moment)


def civil_date(value: object) -> date:
    """Read ``2026-11-18``, alone or at the head of an instant; raises ``Unusable``."""
    try:
        day = date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        raise Unusable("invalid_record", "a date has to look like 2026-11-18")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_reach()
    return day


def _hour_of_day(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise Unusable("invalid_record", "there is no such hour on a 12-hour clock")
    return hour % 12 + (12 if half in "Pp" else 0)


def _offset(found: re.Match[str]) -> timezone:
    if found[8]:
        return UTC
    offset = timedelta(hours=int(found[10]), minutes=int(found[11]))
    return timezone(-offset if found[9] == "-" else offset)


def _within_reach(moment: datetime) -> datetime:
    if FIRST_YEAR <= moment.year <= LAST_YEAR:
        return moment
    raise _out_of_reach()


def _out_of_reach() -> Unusable:
    return Unusable("date_out_of_range", f"the years {FIRST_YEAR} to {LAST_YEAR} are accepted")
