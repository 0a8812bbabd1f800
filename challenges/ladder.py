"""A ladder: who stands where, as positions, ranks and pages. Pure.

Order is by standing (score and tie-breaker as one number), highest first, and by member (a
sortable text) where standings are equal. Equal standings share a rank, and the next rank is left
out accordingly: 1, 2, 2, 4.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

_CURSOR = re.compile(r"([0-9]{1,16}):([0-9a-f-]{1,40})")


@dataclass(frozen=True, slots=True)
class Key:
    """A place in the order."""

    standing: int
    member: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Somebody's place: shared rank, standing and member.

    A frozen place has all their steps, and of a group what it was called and how many were in it.
    """

    rank: int
    standing: int
    member: str
    steps: int | None = None
    name: str = ""
    members: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Which part of a ladder is wanted.

    At most ``limit`` slots: those that follow ``after``, else those around ``me`` when
    ``around_me``, else the top. ``me`` may be someone the ladder does not show.
    """

    limit: int
    after: Key | None = None
    me: Key | None = None
    around_me: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: slots in order, where to go on (None at the end), and the asker's own slot."""

    slots: tuple[Slot, ...]
    next: Key | None
    me: Slot | None


class BadCursor(ValueError):
    """A cursor that was not made here."""


def ranked(keys: Sequence[Key], *, position: int, first_rank: int) -> tuple[Slot, ...]:
    """Give neighbours their ranks.

    ``position`` is how many stand before the first key, ``first_rank`` the rank of the first.
    """
    slots: list[Slot] = []
    for place, key in enumerate(keys, start=position + 1):
        rank = place if slots else first_rank
        if slots and slots[-1].standing == key.standing:
            rank = slots[-1].rank
        slots.append(Slot(rank, key.standing, key.member))
    return tuple(slots)


def above_in_window(above: int, below: int, limit: int) -> int:
    """Return how many of a window of ``limit`` stand above its middle.

    Half of them, more where too few stand below (``below`` counts the middle), fewer where too
    few stand above: the window is full whenever the ladder is long enough.
    """
    return min(above, max(limit // 2, limit - below))


def encode_cursor(key: Key) -> str:
    """Return ``key`` as an opaque text."""
    return base64.urlsafe_b64encode(f"{key.standing}:{key.member}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Key:
    """Read what ``encode_cursor`` made; raises ``BadCursor`` for anything else."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor(cursor) from error
    match = _CURSOR.fullmatch(text.decode("latin-1"))
    if match is None:
        raise BadCursor(cursor)
    return Key(int(match[1]), match[2])
