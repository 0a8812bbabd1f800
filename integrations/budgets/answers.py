"""What the headers of an answer tell about limits. Pure.

Providers spell it in many ways: ``X-RateLimit-*`` (Misfit: the reset as a Unix time, for one
account; Strava: two limits separated by a comma), ``Fitbit-Rate-Limit-*`` (seconds left) and
``RateLimit-*`` (an IETF draft, seconds left). Any part may be missing, in the past or nonsense:
then it tells nothing. A 429 has been seen with calls "remaining", so a refusal is never doubted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FAMILIES = ("X-RateLimit", "X-Rate-Limit", "Fitbit-Rate-Limit", "RateLimit")
LONGEST_RESET = timedelta(hours=24)
_UNIX_SECONDS = 10**9
_UNIX_MILLISECONDS = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One limit as an answer describes it: ``used`` of ``limit`` calls, new ones at ``reset_at``.

    ``reset_at`` is in UTC and lies ahead by at most a day; None where nothing usable was said.
    """

    limit: int
    used: int
    reset_at: datetime | None

    @property
    def is_spent(self) -> bool:
        """Whether no call is left."""
        return self.used >= self.limit


def read(headers: Mapping[str, str], now: datetime) -> tuple[Told, ...]:
    """Every limit that ``headers`` (looked up without regard to case) describe in full."""
    reset = reset_at(headers, now)
    return tuple(
        Told(limit=limit, used=used, reset_at=reset)
        for family in FAMILIES
        for limit, used in _counts(headers, family)
    )


def reset_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the limit starts anew, by whichever header says so, or None."""
    values = (headers.get(f"{family}-Reset") for family in FAMILIES)
    moments = (_moment(value, now) for value in values if value)
    return next((moment for moment in moments if moment), None)


def _counts(headers: Mapping[str, str], family: str) -> list[tuple[int, int]]:
    """Pairs of a limit and how much of it is used."""
    limits = _numbers(headers.get(f"{family}-Limit"))
    left = _numbers(headers.get(f"{family}-Remaining"))
    used = _numbers(headers.get(f"{family}-Usage"))
    if left:
        return [(limit, max(0, limit - rest)) for limit, rest in zip(limits, left, strict=False)]
    return list(zip(limits, used, strict=False))


def _numbers(value: str | None) -> list[int]:
    """The numbers of a header; none when one of them is no number."""
    words = [word.strip() for word in (value or "").split(",")]
    return [int(word) for word in words] if all(_is_number(word) for word in words) else []


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 15


def _moment(value: str, now: datetime) -> datetime | None:
    """A Unix time in seconds or milliseconds, or the seconds left."""
    word, point, rest = value.strip().partition(".")
    if not _is_number(word) or (point and not _is_number(rest)):
        return None
    wait = timedelta(milliseconds=_milliseconds_left(int(word), now))
    return now + min(wait, LONGEST_RESET) if wait > timedelta(0) else None


def _milliseconds_left(number: int, now: datetime) -> int:
    if number < _UNIX_SECONDS:
        return number * 1000
    moment = number if number >= _UNIX_MILLISECONDS else number * 1000
    return moment - int(now.timestamp() * 1000)
