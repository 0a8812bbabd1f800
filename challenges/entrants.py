"""The two boards of a challenge in terms of tables: whose rows, and how a row is called on it."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value

from challenges.ladder import BadCursor
from challenges.models import Challenge, Participant, Team

MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """A new standing of one row; ``score`` None takes it off the board."""

    challenge_id: uuid.UUID
    board: str
    member: str
    score: int | None
    version: int


class PeopleBoard:
    """Participants; members are ids as 16 hexadecimal digits, so that text order is id order."""

    name = "people"

    def shown(self, challenge: Challenge) -> QuerySet[Any]:
        """Return the rows others can see."""
        return Participant.objects.filter(challenge=challenge, left_at=None, hidden=False)

    def changed_since(self, challenge: Challenge, version: int) -> QuerySet[Any, Any]:
        """Return ``(pk, score, version, shown)`` of every row newer than ``version``."""
        rows = Participant.objects.filter(challenge=challenge, version__gt=version)
        shown = Q(left_at__isnull=True, hidden=False)
        return rows.annotate(shown=shown).values_list("pk", "score", "version", "shown")

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

    def shown(self, challenge: Challenge) -> QuerySet[Any]:
        """Return every team."""
        return Team.objects.filter(challenge=challenge)

    def changed_since(self, challenge: Challenge, version: int) -> QuerySet[Any, Any]:
        """Return ``(pk, score, version, shown)`` of every team newer than ``version``."""
        rows = Team.objects.filter(challenge=challenge, version__gt=version)
        always = Value(value=True)
        return rows.annotate(shown=always).values_list("pk", "score", "version", "shown")

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


def change_of_participant(row: Participant) -> Change:
    """Return what the people board should say about the row."""
    shown = row.left_at is None and not row.hidden
    score = row.score if shown else None
    return Change(row.challenge_id, PEOPLE.name, PEOPLE.member(row.pk), score, row.version)


def change_of_team(row: Team) -> Change:
    """Return what the team board should say about the row."""
    return Change(row.challenge_id, TEAMS.name, TEAMS.member(row.pk), row.score, row.version)
