"""The lines of a frozen result as they are published: enough to work the fingerprint out."""

from collections.abc import Sequence
from dataclasses import dataclass

from challenges.closed_groups import closed_to
from challenges.entrants import PEOPLE
from challenges.fingerprint import Line, digest
from challenges.models import Participant, Result, ResultLine
from challenges.results import as_line
from users.models import User, Visibility


@dataclass(frozen=True, slots=True)
class Published:
    """A line's place and digest; ``line`` is None where it is nobody else's business.

    ``shown_as`` is how a person appears today and what a group was called then.
    """

    place: int
    digest: str
    line: Line | None
    shown_as: str | None
    is_me: bool


def published(
    result: Result, board: str, person: User, *, after: int, limit: int
) -> tuple[list[Published], int | None]:
    """Return the lines of a board behind place ``after``, and the place to go on after.

    People who were hidden then, or are now, give a digest alone, except to themselves; so do groups
    in which nobody shows themselves, except to their members.
    """
    rows = ResultLine.objects.filter(result=result, board=board, place__gt=after)
    found = list(rows.order_by("place")[: limit + 1])
    lines = found[:limit]
    if board == PEOPLE.name:
        shown = _people(lines, person)
    else:
        closed = closed_to(person, result.challenge, board)
        shown = [
            _closed(line) if line.member in closed else _open(line, line.name, is_me=False)
            for line in lines
        ]
    return shown, lines[-1].place if len(found) > limit else None


def _people(lines: Sequence[ResultLine], person: User) -> list[Published]:
    pks = [PEOPLE.pk(line.member) for line in lines]
    rows = Participant.objects.filter(pk__in=pks).select_related("person")
    known = {PEOPLE.member(row.pk): row for row in rows}
    return [_person(line, known.get(line.member), person) for line in lines]


def _person(line: ResultLine, row: Participant | None, asker: User) -> Published:
    is_me = row is not None and row.person_id == asker.pk
    hidden = line.hidden or row is None or row.hidden
    if row is None or (not is_me and (hidden or _hides(row.person))):
        return _closed(line)
    return _open(line, row.person.board_name, is_me=is_me)


def _closed(line: ResultLine) -> Published:
    return Published(line.place, digest(as_line(line)), None, None, is_me=False)


def _hides(person: User) -> bool:
    return person.leaderboard_visibility == Visibility.HIDDEN


def _open(line: ResultLine, shown_as: str, *, is_me: bool) -> Published:
    content = as_line(line)
    return Published(line.place, digest(content), content, shown_as, is_me)
