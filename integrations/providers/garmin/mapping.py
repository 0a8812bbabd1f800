"""Garmin's summaries into day totals. Pure.

``dailies`` are running totals of a day that are sent again and again while it grows. The day is
``calendarDate``, the one Garmin Connect shows; it is never worked out from instants, because
``startTimeOffsetInSeconds`` is what the watch displayed and no time zone. ``epochs`` are the same
steps in slices of a quarter of an hour, several of them per slice, and are never read. A daily with
a ``source`` was recorded by another maker's tracker and would count twice. Source: partners'
digests of the Health API and MyDataHelps' description of its Garmin export.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import DayTotal, Fetched, Identity, Unreadable
from integrations.errors import BadPayload

# No human makes a million steps in a day; a bigger number is a broken answer.
MOST_STEPS = 1_000_000
HEALTH = "HEALTH_EXPORT"


class _Daily(Struct, rename="camel"):
    calendar_date: date | None = None
    duration_in_seconds: Annotated[int, Meta(ge=0)] = 0
    steps: Annotated[int, Meta(ge=0, le=MOST_STEPS)] | None = None
    source: str | None = None
    user_id: str | None = None


class _User(Struct, rename="camel"):
    user_id: Annotated[str, Meta(pattern=r"^[!-~]{1,120}\Z")]


@dataclass
class _Parted:
    """Rows that can be read, those that cannot, and what is wrong with the first of these."""

    readable: list[_Daily] = field(default_factory=list)
    unreadable: list[object] = field(default_factory=list)
    why: str = ""


def days(rows: object, user_id: str) -> Fetched:
    """Totals by ``calendarDate``, oldest first, of this account's own dailies.

    Of two summaries of one day the longer one is right, and of two as long the later one. A daily
    without steps or date says nothing. Raises ``BadPayload`` when no row can be read.
    """
    parted = _parted(rows)
    if parted.unreadable and not parted.readable:
        raise BadPayload(f"unexpected dailies: {parted.why}")
    return Fetched(days=_totals(parted.readable, user_id), unreadable=_left(parted, user_id))


def _totals(dailies: Iterable[_Daily], user_id: str) -> tuple[DayTotal, ...]:
    best: dict[date, _Daily] = {}
    for daily in dailies:
        day = daily.calendar_date
        if (
            day is None
            or daily.steps is None
            or daily.source
            or daily.user_id not in {None, user_id}
        ):
            continue
        if day not in best or daily.duration_in_seconds >= best[day].duration_in_seconds:
            best[day] = daily
    return tuple(DayTotal(date=day, steps=best[day].steps or 0) for day in sorted(best))


def _parted(rows: object) -> _Parted:
    """Read each row by itself; they come as a bare list or below ``dailies``."""
    found = rows.get("dailies", []) if isinstance(rows, dict) else rows
    if not isinstance(found, list):
        raise BadPayload("unexpected dailies: no list")
    parted = _Parted()
    for row in found:
        try:
            parted.readable.append(convert(row, _Daily))
        except ValidationError as error:
            parted.unreadable.append(row)
            # msgspec names the types and the place (`$.steps`), never a value.
            parted.why = parted.why or str(error)
    return parted


def _left(parted: _Parted, user_id: str) -> Unreadable | None:
    if not parted.unreadable:
        return None
    bad, every = len(parted.unreadable), len(parted.unreadable) + len(parted.readable)
    return Unreadable(
        payload={"userId": user_id, "dailies": parted.unreadable},
        why=f"{bad} of {every} dailies: {parted.why}",
    )


def identity(body: object, allowed: frozenset[str] | None) -> Identity:
    """The account's id, which survives reconnecting, and what it shares. Raises ``BadPayload``."""
    try:
        found = convert(body, _User).user_id
    except ValidationError as error:
        raise BadPayload(f"unexpected user: {error}") from None
    label = f"Garmin \u2026{found[-4:]}"
    return Identity(account_id=found, label=label, granted_scopes=allowed)


def permissions(body: object) -> tuple[str, ...]:
    """What the person allows: a bare list of words, or the list below ``permissions``.

    Raises ``BadPayload``.
    """
    words: Any = body.get("permissions") if isinstance(body, dict) else body
    if not isinstance(words, list) or not _are_words(words):
        raise BadPayload("unexpected permissions")
    return tuple(words)


def _are_words(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) and len(value) <= 60 for value in values)
