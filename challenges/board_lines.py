"""What a board says about those who stand on it: names and numbers for a page of slots."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from challenges.entrants import PEOPLE, TEAMS, Board
from challenges.freshness import Freshness, freshness_of
from challenges.ladder import Page, Slot
from challenges.models import Participant, Team
from users.models import Visibility


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person on the board; ``score`` is counted steps, ``steps`` all of them."""

    rank: int
    name: str
    score: int
    steps: int
    team: str | None
    freshness: Freshness
    is_me: bool


@dataclass(frozen=True, slots=True)
class TeamEntry:
    """A team on the board; ``is_me`` marks the team of whoever asks."""

    rank: int
    name: str
    score: int
    steps: int
    members: int
    is_me: bool


Entry = PersonEntry | TeamEntry
Line = Callable[[Slot], Entry | None]


def entries_of(board: Board, page: Page, *, now: datetime) -> tuple[list[Entry], Entry | None]:
    """Return the lines of the page, and the asker's own line, which also a hidden person gets.

    A slot whose row is gone or has just been hidden gives no line: Redis may lag, names must not.
    """
    own = page.me.member if page.me else None
    slots = [*page.slots, *([page.me] if page.me else [])]
    line = _people(slots, own, now) if board is PEOPLE else _teams(slots, own)
    found = [line(slot) for slot in page.slots]
    return [entry for entry in found if entry], line(page.me) if page.me else None


def _people(slots: Iterable[Slot], own: str | None, now: datetime) -> Line:
    rows = {PEOPLE.member(row.pk): row for row in _participants(slots)}

    def line(slot: Slot) -> Entry | None:
        row = rows.get(slot.member)
        is_me = slot.member == own
        if row is None or (_is_hidden(row) and not is_me):
            return None
        return PersonEntry(
            rank=slot.rank,
            name=row.person.board_name,
            score=slot.score,
            steps=row.steps,
            team=row.team.name if row.team else None,
            freshness=_freshness(row, now),
            is_me=is_me,
        )

    return line


def _participants(slots: Iterable[Slot]) -> Iterable[Participant]:
    pks = {PEOPLE.pk(slot.member) for slot in slots}
    rows = Participant.objects.filter(pk__in=pks, left_at=None)
    return rows.select_related("team", "person__freshness").only(
        "steps",
        "team__name",
        "person__display_name",
        "person__leaderboard_name",
        "person__leaderboard_visibility",
        "person__freshness__confirmed_at",
        "person__freshness__broken_since",
    )


def _is_hidden(row: Participant) -> bool:
    return row.person.leaderboard_visibility == Visibility.HIDDEN


def _freshness(row: Participant, now: datetime) -> Freshness:
    known = getattr(row.person, "freshness", None)
    return freshness_of(
        confirmed_at=known.confirmed_at if known else None,
        broken_since=known.broken_since if known else None,
        now=now,
    )


def _teams(slots: Iterable[Slot], own: str | None) -> Line:
    rows = {TEAMS.member(row[0]): row for row in _team_rows(slots)}

    def line(slot: Slot) -> Entry | None:
        if slot.member not in rows:
            return None
        _, name, steps, members = rows[slot.member]
        is_me = slot.member == own
        return TeamEntry(slot.rank, name, slot.score, int(steps or 0), members, is_me)

    return line


def _team_rows(slots: Iterable[Slot]) -> Iterable[tuple[uuid.UUID, str, int | None, int]]:
    active = Q(members__left_at=None, members__isnull=False)
    rows = Team.objects.filter(pk__in={TEAMS.pk(slot.member) for slot in slots}).annotate(
        walked=Sum("members__steps", filter=active), size=Count("members", filter=active)
    )
    return rows.values_list("pk", "name", "walked", "size")
