"""Oura's daily activity into day totals. Pure.

``day`` is the day as the Oura app shows it; Oura's day begins at 4 in the morning.
Source: the published Oura API v2 description.
"""

from datetime import date
from typing import Annotated, TypeVar

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import DayTotal, Identity
from integrations.errors import BadPayload

# No human makes a million steps in a day; a bigger number is a broken answer.
MOST_STEPS = 1_000_000
Shape = TypeVar("Shape", bound=Struct)


class _Activity(Struct):
    day: date
    steps: Annotated[int, Meta(ge=0, le=MOST_STEPS)] | None = None


class _Page(Struct):
    data: list[_Activity]
    next_token: str | None = None


class _Person(Struct):
    id: Annotated[str, Meta(pattern=r"^[!-~]{1,120}\Z")]


def page(body: object, first: date, last: date) -> tuple[dict[date, int], str]:
    """The totals of one page from ``first`` to ``last``, and the token of the next (or ``""``).

    Raises ``BadPayload``.
    """
    found = _typed(body, _Page)
    rows = [row for row in found.data if first <= row.day <= last and row.steps is not None]
    return {row.day: row.steps or 0 for row in rows}, found.next_token or ""


def totals(days: dict[date, int]) -> list[DayTotal]:
    """Day totals, oldest first."""
    return [DayTotal(date=day, steps=days[day]) for day in sorted(days)]


def identity(body: object) -> Identity:
    """The member's id, the same that webhooks name. Raises ``BadPayload``."""
    found = _typed(body, _Person).id
    return Identity(account_id=found, label=f"Oura \u2026{found[-4:]}")


def _typed(body: object, shape: type[Shape]) -> Shape:
    try:
        return convert(body, shape)
    except ValidationError as error:
        # msgspec names the types and the place (`$.steps`), never a value.
        raise BadPayload(f"unexpected answer: {error}") from None
