"""Reads a leaderboard: from Redis when it has a whole board, else from PostgreSQL."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from challenges import boards, ladder_postgres
from challenges.board_lines import Entry, entries_of
from challenges.catalogue import active_participation
from challenges.entrants import PEOPLE, TEAMS, Board
from challenges.ladder import Ask, Key, Page, decode_cursor, encode_cursor
from challenges.models import Challenge
from challenges.phases import DayStatus, State, state_of
from users.models import User

BOARD_STATES = {State.CLOSING: DayStatus.PROVISIONAL, State.FINAL: DayStatus.FINAL}


class View(StrEnum):
    """Which part of a board is wanted."""

    TOP = "top"
    AROUND_ME = "around_me"


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """A page of a board. ``me`` is the asker's own line also where others do not see it."""

    as_of: datetime
    state: DayStatus
    entries: list[Entry]
    me: Entry | None
    next: str | None


def leaderboard(
    *,
    challenge: Challenge,
    person: User,
    board: Board,
    view: View,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Leaderboard:
    """Return at most ``limit`` lines: after ``cursor``, else around the person, else the top.

    Somebody who takes no part (or has no team) has no ``me``, and around them is the top. Raises
    ``ladder.BadCursor``.
    """
    ask = Ask(
        limit=limit,
        after=_after(board, cursor),
        me=_own_key(challenge, person, board),
        around_me=view is View.AROUND_ME,
    )
    page = _page(board, challenge, ask)
    entries, me = entries_of(board, page, now=now)
    return Leaderboard(
        as_of=now,
        state=BOARD_STATES.get(state_of(challenge, now), DayStatus.LIVE),
        entries=entries,
        me=me,
        next=encode_cursor(page.next) if page.next else None,
    )


def _page(board: Board, challenge: Challenge, ask: Ask) -> Page:
    page = boards.read(board, challenge, ask)
    return ladder_postgres.read(board, challenge, ask) if page is None else page


def _after(board: Board, cursor: str | None) -> Key | None:
    """Read the cursor; one of the other board is as bad as none of ours."""
    if cursor is None:
        return None
    key = decode_cursor(cursor)
    board.pk(key.member)
    return key


def _own_key(challenge: Challenge, person: User, board: Board) -> Key | None:
    row = active_participation(challenge, person)
    if row is None:
        return None
    if board is PEOPLE:
        return Key(row.score, PEOPLE.member(row.pk))
    return Key(row.team.score, TEAMS.member(row.team.pk)) if row.team else None
