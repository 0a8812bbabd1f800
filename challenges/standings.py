"""Reads a leaderboard: a frozen one from its result, a running one from Redis when it has a whole
board, else from PostgreSQL.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from challenges import (
    boards,
    department_board,
    departments,
    ladder_postgres,
    ladder_results,
    results,
)
from challenges.board_lines import Entry, entries_of
from challenges.catalogue import active_participation, unit_of
from challenges.entrants import BOARDS, PEOPLE, TEAMS, Board, standing_of
from challenges.ladder import Ask, Key, Page, decode_cursor, encode_cursor
from challenges.models import Challenge, Participant, Result
from challenges.phases import State, state_of
from users.models import User

BOARD_NAMES = (*BOARDS, departments.NAME)


class BoardState(StrEnum):
    """How settled a board is."""

    UPCOMING = "upcoming"
    LIVE = "live"
    PROVISIONAL = "provisional"
    FINAL = "final"


_STATES = {
    State.DRAFT: BoardState.UPCOMING,
    State.UPCOMING: BoardState.UPCOMING,
    State.LIVE: BoardState.LIVE,
    State.CLOSING: BoardState.PROVISIONAL,
    State.FINAL: BoardState.FINAL,
}


class View(StrEnum):
    """Which part of a board is wanted."""

    TOP = "top"
    AROUND_ME = "around_me"


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """A page of a board. ``me`` is the asker's own line also where others do not see it.

    ``fingerprint`` is that of the frozen result, None before.
    """

    as_of: datetime
    state: BoardState
    unit: str
    entries: list[Entry]
    me: Entry | None
    next: str | None
    fingerprint: str | None


def leaderboard(
    *,
    challenge: Challenge,
    person: User,
    board: Board | str,
    view: View,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Leaderboard:
    """Return at most ``limit`` lines: after ``cursor``, else around the person, else the top.

    ``board`` is a board or one of ``BOARD_NAMES``. Somebody who takes no part (or has no team) has
    no ``me``, and around them is the top. Raises ``ladder.BadCursor``.
    """
    state = state_of(challenge, now)
    result = results.current(challenge) if state is State.FINAL else None
    around = view is View.AROUND_ME
    if board == departments.NAME:
        page, entries, me = department_board.read(
            challenge, person, result, limit=limit, cursor=cursor, around_me=around
        )
    else:
        whole = BOARDS[board] if isinstance(board, str) else board
        own = active_participation(challenge, person)
        ask = Ask(limit, _after(whole, cursor), _own_key(challenge, own, whole), around)
        page, entries, me = _filled(whole, challenge, result, ask, now)
    return Leaderboard(
        as_of=now,
        state=_STATES[state],
        unit=unit_of(challenge),
        entries=entries,
        me=me,
        next=encode_cursor(page.next) if page.next else None,
        fingerprint=result.fingerprint if result else None,
    )


def _filled(
    board: Board, challenge: Challenge, result: Result | None, ask: Ask, now: datetime
) -> tuple[Page, list[Entry], Entry | None]:
    """Return lines until the page is full, and the page that was read last.

    Whoever is not shown leaves no gap, by which their standing could be found out, and the cursor,
    which carries a standing, is never theirs.
    """
    page = _read(board, challenge, result, ask)
    entries, me = entries_of(board, challenge, page, now=now)
    while page.next and len(entries) < ask.limit:
        missing = ask.limit - len(entries)
        rest = replace(ask, limit=missing, after=page.next, around_me=False)
        page = _read(board, challenge, result, rest)
        entries += entries_of(board, challenge, page, now=now)[0]
    return page, entries, me


def _read(board: Board, challenge: Challenge, result: Result | None, ask: Ask) -> Page:
    if result is None:
        return _running(board, challenge, ask)
    return ladder_results.read(result, board.name, ask, tie_limit=board.tie_limit(challenge))


def _running(board: Board, challenge: Challenge, ask: Ask) -> Page:
    page = boards.read(board, challenge, ask)
    return ladder_postgres.read(board, challenge, ask) if page is None else page


def _after(board: Board, cursor: str | None) -> Key | None:
    """Read the cursor; one of the other board is as bad as none of ours."""
    if cursor is None:
        return None
    key = decode_cursor(cursor)
    board.pk(key.member)
    return key


def _own_key(challenge: Challenge, row: Participant | None, board: Board) -> Key | None:
    if row is None:
        return None
    limit = board.tie_limit(challenge)
    if board is PEOPLE:
        return Key(standing_of(row, limit), PEOPLE.member(row.pk))
    return Key(standing_of(row.team, limit), TEAMS.member(row.team.pk)) if row.team else None
