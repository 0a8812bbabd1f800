"""Tables of a challenge for HR to keep: the frozen result, and who takes part.

They say no more than the pages: people appear as they wish, hidden ones not at all, small groups
have no score. Teams and departments are called what they were called when the result was frozen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from challenges import departments, results
from challenges.entrants import PEOPLE, TEAMS
from challenges.models import Challenge, Participant, Result, ResultLine
from dashboard import roster
from dashboard.connection_facts import facts_by_person
from dashboard.group_boards import shown_groups
from dashboard.rows import PersonRow, person_row
from users.instants import rfc3339, rfc3339_or_none
from users.models import Visibility

FORMER = "Former participant"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows, and facts about the whole."""

    facts: dict[str, Any]
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def as_json(self) -> dict[str, Any]:
        """Return the table for programs: the facts, and an object per row."""
        return self.facts | {
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        }


def result_table(challenge: Challenge) -> Table | None:
    """Return the lines of the result that holds, None while there is none."""
    result = results.current(challenge)
    if result is None:
        return None
    rows = [row for board in _BOARDS for row in _lines(challenge, result, board)]
    facts = _facts(challenge) | {
        "edition": result.edition,
        "frozen_at": rfc3339(result.frozen_at),
        "fingerprint": result.fingerprint,
        "lines": result.lines.count(),
        "lines_left_out": result.lines.count() - len(rows),
    }
    return Table(facts, ("board", "rank", "name", "score", "steps", "members"), rows)


def participation_table(challenge: Challenge, *, now: datetime) -> Table:
    """Return everybody who takes part, with the state of their data and why it is so."""
    people = list(roster.taking_part(challenge.organization, [challenge.pk]))
    facts = facts_by_person([person.pk for person in people])
    taking = Participant.objects.filter(challenge=challenge, left_at=None).select_related("team")
    by_person = {row.person_id: row for row in taking}
    found = [person_row(person, facts.get(person.pk, []), now=now) for person in people]
    for row in found:
        row.participant = by_person.get(row.person.pk)
    columns = ("name", "email", "team", "joined_at", "score", "days_known", "data", "last_heard")
    return Table(
        _facts(challenge) | {"as_of": rfc3339(now)},
        (*columns, "why", "what_to_do"),
        [_participation(row) for row in found if row.participant],
    )


def _facts(challenge: Challenge) -> dict[str, Any]:
    return {"challenge_id": str(challenge.pk), "name": challenge.name, "kind": challenge.kind}


def _participation(row: PersonRow) -> tuple[Any, ...]:
    """Scores and days of people whose score is not shown under their name are left empty."""
    taking = row.participant
    assert taking is not None
    return (
        row.person.display_name,
        row.person.email,
        taking.team.name if taking.team else None,
        rfc3339(taking.joined_at),
        taking.score if row.shows_score else None,
        taking.days_known if row.shows_score else None,
        row.state.value,
        rfc3339_or_none(row.confirmed_at),
        row.cause.title if row.cause else None,
        row.cause.remedy if row.cause else None,
    )


_BOARDS = (PEOPLE.name, TEAMS.name, departments.NAME)


def _lines(challenge: Challenge, result: Result, board: str) -> Iterator[tuple[Any, ...]]:
    lines = list(ResultLine.objects.filter(result=result, board=board).order_by("place"))
    names = _people(lines) if board == PEOPLE.name else _groups(challenge, lines, board)
    for line in lines:
        if line.member in names:
            name = names[line.member]
            yield (board, line.rank, name, line.score, line.steps, line.members)


def _groups(challenge: Challenge, lines: list[ResultLine], board: str) -> dict[str, str]:
    """Return what the groups that may be shown were called when the result was frozen."""
    shown = shown_groups(challenge, board)
    return {line.member: line.name for line in lines if line.member in shown}


def _people(lines: list[ResultLine]) -> dict[str, str]:
    open_lines = [line.member for line in lines if not line.hidden]
    ids = [PEOPLE.pk(member) for member in open_lines]
    rows = Participant.objects.filter(pk__in=ids).select_related("person")
    known = {PEOPLE.member(row.pk): row for row in rows}
    hidden = Visibility.HIDDEN
    return {
        member: known[member].person.board_name if member in known else FORMER
        for member in open_lines
        if member not in known
        or not (known[member].hidden or known[member].person.leaderboard_visibility == hidden)
    }
