"""The boards of teams and departments as HR may see them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from challenges import departments, results
from challenges.board_lines import GroupEntry
from challenges.closed_groups import closed
from challenges.entrants import TEAMS
from challenges.models import Challenge, Participant, ResultLine, Team
from challenges.standings import Leaderboard, View, leaderboard
from dashboard.small_groups import GroupPeople, may_be_shown
from users.models import Group, User, Visibility

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class GroupBoard:
    """Lines that may be shown, how many groups are left out, and what a score counts."""

    entries: list[GroupEntry]
    left_out: int
    unit: str
    cursor: str | None = None


def group_board(
    challenge: Challenge,
    viewer: User,
    board: str,
    *,
    now: datetime,
    limit: int = MOST_LINES,
    cursor: str | None = None,
) -> GroupBoard:
    """Return a page of ``teams`` or ``departments``; raises ``ladder.BadCursor``."""
    found = leaderboard(
        challenge=challenge,
        person=viewer,
        board=board,
        view=View.TOP,
        limit=limit,
        cursor=cursor,
        now=now,
    )
    named = names_on(challenge, board)
    shown = {named[member] for member in shown_groups(challenge, board) if member in named}
    entries = [entry for entry in _groups(found) if entry.name in shown]
    return GroupBoard(entries, len(found.entries) - len(entries), found.unit, found.next)


def shown_groups(challenge: Challenge, board: str) -> set[str]:
    """Return the groups that may be shown, by id as on the board.

    A group that was dissolved is not among them: who was in it is not known any more.
    """
    people = _people(challenge)
    private = {pk for pk, visibility in people.items() if visibility != Visibility.NAME}
    groups = {
        str(group): GroupPeople(frozenset(members), frozenset(members & private))
        for group, members in _members(challenge, board).items()
    }
    minimum = challenge.organization.minimum_group_size
    return set(may_be_shown(groups, people.keys(), minimum)) - closed(challenge, board)


def names_on(challenge: Challenge, board: str) -> dict[str, str]:
    """Return what a board calls its groups, by id: in a frozen result as they were called then."""
    result = results.current(challenge)
    if result is not None:
        lines = ResultLine.objects.filter(result=result, board=board)
        return dict(lines.values_list("member", "name"))
    if board == departments.NAME:
        return departments.names_of(challenge)
    rows = Team.objects.filter(challenge=challenge).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def _groups(found: Leaderboard) -> list[GroupEntry]:
    return [entry for entry in found.entries if isinstance(entry, GroupEntry)]


def _people(challenge: Challenge) -> dict[int, str]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    return dict(rows.values_list("person_id", "person__leaderboard_visibility"))


def _members(challenge: Challenge, board: str) -> dict[UUID, set[int]]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    if board == departments.NAME:
        own = {"person__groups__kind": Group.Kind.DEPARTMENT}
        pairs = rows.filter(**own).values_list("person__groups", "person_id")
    else:
        assert board == TEAMS.name
        pairs = rows.exclude(team=None).values_list("team", "person_id")
    found: dict[UUID, set[int]] = defaultdict(set)
    for group, pk in pairs:
        found[group].add(pk)
    return found
