"""The boards of teams and departments as HR may see them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from challenges import departments
from challenges.board_lines import GroupEntry
from challenges.entrants import TEAMS
from challenges.models import Challenge, Participant
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
    shown = shown_groups(challenge, board)
    entries = [entry for entry in _groups(found) if entry.name in shown]
    return GroupBoard(entries, len(found.entries) - len(entries), found.unit, found.next)


def shown_groups(challenge: Challenge, board: str) -> set[str]:
    """Return the names of the groups that may be shown; names occur once in a challenge."""
    people = _people(challenge)
    private = {pk for pk, visibility in people.items() if visibility != Visibility.NAME}
    groups = {
        name: GroupPeople(frozenset(members), frozenset(members & private))
        for name, members in _members(challenge, board).items()
    }
    minimum = challenge.organization.minimum_group_size
    return set(may_be_shown(groups, people.keys(), minimum))


def _groups(found: Leaderboard) -> list[GroupEntry]:
    return [entry for entry in found.entries if isinstance(entry, GroupEntry)]


def _people(challenge: Challenge) -> dict[int, str]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    return dict(rows.values_list("person_id", "person__leaderboard_visibility"))


def _members(challenge: Challenge, board: str) -> dict[str, set[int]]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    if board == departments.NAME:
        own = {"person__groups__kind": Group.Kind.DEPARTMENT}
        pairs = rows.filter(**own).values_list("person__groups__name", "person_id")
    else:
        assert board == TEAMS.name
        pairs = rows.exclude(team=None).values_list("team__name", "person_id")
    found: dict[str, set[int]] = defaultdict(set)
    for name, pk in pairs:
        found[name].add(pk)
    return found
