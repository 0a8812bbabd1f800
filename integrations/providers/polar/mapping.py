"""Polar's activity summaries into day totals. Pure.

A row of a range does not name its day: ``start_time`` carries no offset, is described as UTC, and
whether the clock of local midnight is meant is not known. With samples asked for, each row names
its day below ``samples``. An account without steps has no number there, which is not zero.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import DayTotal
from integrations.errors import BadPayload

# No human makes a million steps in a day; a bigger number is a broken answer.
MOST_STEPS = 1_000_000


class _Samples(Struct, rename={"day": "date"}):
    day: date | None = None


class _Summary(Struct):
    steps: Annotated[int, Meta(ge=0, le=MOST_STEPS)] | None = None
    samples: _Samples | None = None


def days(body: object) -> list[DayTotal] | None:
    """Totals of a range, oldest first; None when the rows do not tell their days.

    No answer at all (204) is no rows. Of two rows of one day the later counts. Raises
    ``BadPayload``.
    """
    found: dict[date, int | None] = {}
    for row in _rows(body):
        day = row.samples.day if row.samples else None
        if day is None:
            return None
        found[day] = row.steps
    return [DayTotal(date=day, steps=n) for day, n in sorted(found.items()) if n is not None]


def day(body: object, asked: date) -> list[DayTotal]:
    """The total of the one day that was asked for by its date, if there is one."""
    rows = _rows([] if body is None else [body])
    return [DayTotal(date=asked, steps=row.steps) for row in rows if row.steps is not None]


def _rows(body: object) -> list[_Summary]:
    try:
        return convert(body or [], list[_Summary])
    except ValidationError as error:
        # msgspec names the types and the place (`$.steps`), never a value.
        raise BadPayload(f"unexpected activities: {error}") from None
