"""The boards in Redis: a fast copy of the standings that may vanish at any moment.

Nothing here ever fails a caller: writes that cannot be made are made up for by
``challenges.refill``, reads that cannot be answered are left to PostgreSQL.
"""

import contextlib
from collections.abc import Iterable
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction

from challenges import board_store
from challenges.board_store import BoardUnavailable
from challenges.entrants import Board, Change
from challenges.ladder import Ask, Key, Page, Slot, ranked
from challenges.models import Challenge

_ONE_BOARD = attrgetter("challenge_id", "board")


def push_after_commit(changes: Iterable[Change]) -> None:
    """Bring the boards up to date once the running transaction has committed."""
    kept = sorted(changes, key=_ONE_BOARD)
    if kept:
        transaction.on_commit(partial(push, kept))


def push(changes: Iterable[Change]) -> None:
    """Write standings in order of their boards; gives up silently while Redis is away."""
    with contextlib.suppress(BoardUnavailable):
        board_store.push([list(group) for _, group in groupby(changes, key=_ONE_BOARD)])


def read(board: Board, challenge: Challenge, ask: Ask) -> Page | None:
    """Answer ``ask`` in one round trip, or return None when there is no whole board."""
    try:
        answer = board_store.door().run("READ", challenge.pk, board.name, *_words(ask))
    except BoardUnavailable:
        return None
    return None if answer is None else _page(answer, ask)


def _words(ask: Ask) -> tuple[str | int, ...]:
    if ask.after is not None:
        mode = "after"
    elif ask.around_me and ask.me is not None:
        mode = "around"
    else:
        mode = "top"
    return (mode, ask.limit, *_place(ask.after), *_place(ask.me))


def _place(key: Key | None) -> tuple[str | int, str]:
    return ("", "") if key is None else (-key.standing, key.member)


def _page(answer: list[Any], ask: Ask) -> Page:
    start, total, first_rank, mine, my_rank, pairs = answer
    keys = [Key(-int(place), member) for member, place in zip(pairs[::2], pairs[1::2], strict=True)]
    more = bool(keys) and start + len(keys) < total
    return Page(
        slots=ranked(keys, position=start, first_rank=first_rank),
        next=keys[-1] if more else None,
        me=Slot(my_rank, -int(mine), ask.me.member) if ask.me else None,
    )
