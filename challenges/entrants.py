"""The two boards of a challenge in terms of tables: whose rows, and how a row is called on it.

On a board a score and its tie-breaker are one number, the standing (see ``challenges.kind``).
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from challenges import team_rules
from challenges.kind_registry import kind_of
from challenges.ladder import BadCursor
from challenges.models import Challenge, Participant, Team

MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """A new standing of one row; ``standing`` None takes it off the board."""

    challenge_id: uuid.UUID
    board: str
    member: str
    standing: int | None
    version: int


class PeopleBoard:
    """Participants; members are ids as 16 hexadecimal digits, so that text order is id order."""

    name = "people"
    # Member, place (negated standing, nothing for who is not shown) and version, all as text.
    words = """
        SELECT lpad(to_hex(id), 16, '0'),
            CASE WHEN left_at IS NULL AND NOT hidden
                THEN (-(score * %s + tiebreak))::text ELSE '' END,
            version
        FROM challenges_participant WHERE challenge_id = %s AND version > %s
    """

    def tie_limit(self, challenge: Challenge) -> int:
        """Return what a score is multiplied with to make room for the tie-breaker."""
        return kind_of(challenge.kind).tie_limit

    def shown(self, challenge: Challenge) -> QuerySet[Any]:
        """Return the rows others can see."""
        return Participant.objects.filter(challenge=challenge, left_at=None, hidden=False)

    def member(self, pk: int) -> str:
        """Return the name of a row on the board."""
        return f"{pk:016x}"

    def pk(self, member: str) -> int:
        """Return the row's key; raises ``BadCursor`` when ``member`` is no such name."""
        if not re.fullmatch("[0-9a-f]{16}", member) or int(member, 16) > MAX_ID:
            raise BadCursor(member)
        return int(member, 16)


class TeamBoard:
    """Teams; members are their ids as text, which sorts as the ids do."""

    name = "teams"
    words = """
        SELECT id::text, (-(score * %s + tiebreak))::text, version
        FROM challenges_team WHERE challenge_id = %s AND version > %s
    """

    def tie_limit(self, challenge: Challenge) -> int:
        """Return what a score is multiplied with to make room for the tie-breaker."""
        return team_rules.tie_limit(kind_of(challenge.kind), team_rules.read(challenge.team_rules))

    def shown(self, challenge: Challenge) -> QuerySet[Any]:
        """Return every team."""
        return Team.objects.filter(challenge=challenge)

    def member(self, pk: uuid.UUID) -> str:
        """Return the name of a row on the board."""
        return str(pk)

    def pk(self, member: str) -> uuid.UUID:
        """Return the row's key; raises ``BadCursor`` when ``member`` is no such name."""
        if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", member):
            raise BadCursor(member)
        return uuid.UUID(member)


Board = PeopleBoard | TeamBoard
PEOPLE = PeopleBoard()
TEAMS = TeamBoard()
BOARDS: dict[str, Board] = {board.name: board for board in (PEOPLE, TEAMS)}


def standing_of(row: Participant | Team, limit: int) -> int:
    """Return score and tie-breaker of a row as one number."""
    return row.score * limit + row.tiebreak


def change_of_participant(row: Participant) -> Change:
    """Return what the people board should say about the row."""
    shown = row.left_at is None and not row.hidden
    standing = standing_of(row, PEOPLE.tie_limit(row.challenge)) if shown else None
    return Change(row.challenge_id, PEOPLE.name, PEOPLE.member(row.pk), standing, row.version)


def change_of_team(row: Team) -> Change:
    """Return what the team board should say about the row."""
    standing = standing_of(row, TEAMS.tie_limit(row.challenge))
    return Change(row.challenge_id, TEAMS.name, TEAMS.member(row.pk), standing, row.version)
