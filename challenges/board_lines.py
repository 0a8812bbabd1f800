"""What a board says about those who stand on it: names and numbers for a page of slots."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, Sum

from challenges.entrants import PEOPLE, TEAMS, Board
from challenges.freshness import Freshness, freshness_of
from challenges.ladder import Page, Slot
from challenges.models import Challenge, Team
from users import binary
from users.models import Visibility


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person on the board; ``score`` as the kind counts it, ``steps`` all of them.

    ``moved`` is how many ranks they rose (below zero: fell) since ranks were last remembered.
    """

    rank: int
    name: str
    score: int
    steps: int
    team: str | None
    freshness: Freshness
    is_me: bool
    moved: int | None


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A team or a department on the board; ``is_me`` marks the one of whoever asks."""

    rank: int
    name: str
    score: int
    steps: int
    members: int
    is_me: bool
    moved: int | None


Entry = PersonEntry | GroupEntry
Line = Callable[[Slot], Entry | None]


def entries_of(
    board: Board, challenge: Challenge, page: Page, *, now: datetime
) -> tuple[list[Entry], Entry | None]:
    """Return the lines of the page, and the asker's own line, which also a hidden person gets.

    A slot whose row is gone or has just been hidden gives no line: Redis may lag, names must not.
    Neither does a team in which nobody shows themselves, but to its members.
    """
    own = page.me.member if page.me else None
    slots = [*page.slots, *([page.me] if page.me else [])]
    limit = board.tie_limit(challenge)
    line = _people(slots, own, limit, now) if board is PEOPLE else _teams(slots, own, limit)
    found = [line(slot) for slot in page.slots]
    return [entry for entry in found if entry], line(page.me) if page.me else None


class _Row(NamedTuple):
    pk: int
    steps: int
    rank_before: int | None
    display_name: str
    leaderboard_name: str
    visibility: str
    team: str | None
    confirmed_at: datetime | None
    broken_since: datetime | None

    @property
    def name(self) -> str:
        """What ``users.models.User.board_name`` says."""
        alias = self.visibility == Visibility.ALIAS
        return self.leaderboard_name if alias and self.leaderboard_name else self.display_name


# As many boards are read as anything: nine columns instead of four model instances per line.
_ROWS = """
    SELECT row.id, row.steps, row.rank_before, person.display_name, person.leaderboard_name,
        person.leaderboard_visibility, team.name, fresh.confirmed_at, fresh.broken_since
    FROM challenges_participant row
    JOIN users_user person ON person.id = row.person_id
    LEFT JOIN challenges_team team ON team.id = row.team_id
    LEFT JOIN steps_freshness fresh ON fresh.person_id = row.person_id
    WHERE row.id = ANY(%s) AND row.left_at IS NULL
"""


def _people(slots: Iterable[Slot], own: str | None, limit: int, now: datetime) -> Line:
    pks = [PEOPLE.pk(member) for member in {slot.member for slot in slots}]
    rows = {PEOPLE.member(row[0]): _Row(*row) for row in binary.rows(_ROWS, [pks])}

    def line(slot: Slot) -> Entry | None:
        row = rows.get(slot.member)
        is_me = slot.member == own
        if row is None or (row.visibility == Visibility.HIDDEN and not is_me):
            return None
        return PersonEntry(
            rank=slot.rank,
            name=row.name,
            score=slot.standing // limit,
            steps=row.steps if slot.steps is None else slot.steps,
            team=row.team,
            freshness=freshness_of(
                confirmed_at=row.confirmed_at, broken_since=row.broken_since, now=now
            ),
            is_me=is_me,
            moved=moved(row.rank_before, slot.rank),
        )

    return line


def moved(before: int | None, rank: int) -> int | None:
    """Return how many ranks somebody rose (below zero: fell), None where none is remembered."""
    return None if before is None else before - rank


def _teams(slots: Iterable[Slot], own: str | None, limit: int) -> Line:
    rows = {TEAMS.member(row[0]): row for row in _team_rows(slots)}

    def line(slot: Slot) -> Entry | None:
        if slot.member not in rows:
            return None
        _, name, before, walked, members, shown = rows[slot.member]
        is_me = slot.member == own
        if members and not shown and not is_me:
            return None
        return GroupEntry(
            rank=slot.rank,
            name=slot.name or name,
            score=slot.standing // limit,
            steps=int(walked or 0) if slot.steps is None else slot.steps,
            members=members if slot.members is None else slot.members,
            is_me=is_me,
            moved=moved(before, slot.rank),
        )

    return line


_TeamRow = tuple[uuid.UUID, str, int | None, int, int, int]


def _team_rows(slots: Iterable[Slot]) -> Iterable[_TeamRow]:
    active = Q(members__left_at=None, members__isnull=False)
    rows = Team.objects.filter(pk__in={TEAMS.pk(slot.member) for slot in slots}).annotate(
        walked=Sum("members__steps", filter=active),
        size=Count("members", filter=active),
        shown=Count("members", filter=active & Q(members__hidden=False)),
    )
    return rows.values_list("pk", "name", "rank_before", "walked", "size", "shown")
