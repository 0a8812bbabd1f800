"""Withings JSON into our readings. Pure.

A row is one source's day: ``date`` is the person's own, ``timezone`` an IANA name. Several sources
may each report the same day; their steps are the same walk seen twice, so they are never added.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import DayTotal, Fetched
from integrations.errors import BadPayload

# No human makes a million steps in a day; a bigger number is a broken answer.
MOST_STEPS = 1_000_000


class Row(Struct):
    """One source's day; without ``steps`` it says nothing about them."""

    date: date
    steps: Annotated[int, Meta(ge=0, le=MOST_STEPS)] | None = None
    timezone: str | None = None


class Page(Struct):
    """A part of an answer; with ``more``, the next part begins at ``offset``."""

    activities: list[Row]
    more: bool = False
    offset: int = 0


def page(body: dict[str, Any]) -> Page:
    """Read a page; raises ``BadPayload``."""
    try:
        return convert(body, Page)
    except ValidationError as error:
        # msgspec names the types and the place (`$.activities`), never a value.
        raise BadPayload(f"unexpected answer: {error}") from None


def fetched(rows: Iterable[Row], first: date, last: date) -> Fetched:
    """Totals from ``first`` to ``last``: of several sources of a day the one that counted most.

    The zone is that of the latest day.
    """
    found: dict[date, int] = {}
    zones: dict[date, str] = {}
    for row in rows:
        if row.steps is not None and first <= row.date <= last:
            found[row.date] = max(row.steps, found.get(row.date, 0))
        if row.timezone:
            zones[row.date] = row.timezone
    return Fetched(
        days=tuple(DayTotal(date=day, steps=found[day]) for day in sorted(found)),
        timezone=_zone(zones[max(zones)]) if zones else None,
    )


def _zone(name: str) -> str | None:
    """None when the name is unknown to this machine."""
    try:
        return ZoneInfo(name).key if len(name) <= 64 else None
    except (ValueError, OSError, LookupError):
        return None
