"""Pages of the departments' board, which is short enough to be ranked in memory."""

from collections.abc import Collection, Sequence

from challenges import departments
from challenges.board_lines import Entry, GroupEntry, moved
from challenges.closed_groups import closed_to
from challenges.departments import DepartmentRow
from challenges.ladder import Ask, Key, Page, Slot, above_in_window, decode_cursor, ranked
from challenges.models import Challenge, Result, ResultLine
from users.models import User

Read = tuple[Page, list[Entry], Entry | None]


def read(
    challenge: Challenge,
    person: User,
    result: Result | None,
    *,
    limit: int,
    cursor: str | None,
    around_me: bool,
) -> Read:
    """Return a page, its lines and the line of the person's department.

    Raises ``ladder.BadCursor``.
    """
    after = None if cursor is None else decode_cursor(cursor)
    own = departments.of_person(person)
    me = Key(0, own) if own else None
    ask = Ask(limit=limit, after=after, me=me, around_me=around_me)
    tie_limit = departments.tie_limit(challenge)
    rows = departments.rows(challenge) if result is None else _frozen(result)
    closed = closed_to(person, challenge, departments.NAME)
    return _entered(challenge, _page(rows, ask, tie_limit, closed), rows, tie_limit)


def _page(rows: Sequence[DepartmentRow], ask: Ask, tie_limit: int, closed: Collection[str]) -> Page:
    keys = [Key(row.score * tie_limit + row.tiebreak, row.member) for row in rows]
    every = ranked(keys, position=0, first_rank=1)
    slots = tuple(slot for slot in every if slot.member not in closed)
    own = next((slot for slot in slots if ask.me and slot.member == ask.me.member), None)
    start = _start(slots, own, ask)
    shown = slots[start : start + ask.limit]
    more = bool(shown) and start + len(shown) < len(slots)
    last = Key(shown[-1].standing, shown[-1].member) if more else None
    return Page(slots=shown, next=last, me=own)


def _start(slots: Sequence[Slot], own: Slot | None, ask: Ask) -> int:
    if ask.after is not None:
        behind = (-ask.after.standing, ask.after.member)
        return sum((-slot.standing, slot.member) <= behind for slot in slots)
    if ask.around_me and own is not None:
        place = slots.index(own)
        return place - above_in_window(place, len(slots) - place, ask.limit)
    return 0


def _frozen(result: Result) -> list[DepartmentRow]:
    lines = ResultLine.objects.filter(result=result, board=departments.NAME).order_by("place")
    return [
        DepartmentRow(
            member=line.member,
            name=line.name,
            score=line.score,
            tiebreak=line.tiebreak,
            steps=line.steps,
            members=line.members,
        )
        for line in lines
    ]


def _entered(
    challenge: Challenge, page: Page, rows: Sequence[DepartmentRow], tie_limit: int
) -> Read:
    known = {row.member: row for row in rows}
    before = departments.ranks_before(challenge)
    own = page.me.member if page.me else None

    def entry(slot: Slot) -> GroupEntry:
        row = known[slot.member]
        return GroupEntry(
            rank=slot.rank,
            name=row.name,
            score=slot.standing // tie_limit,
            steps=row.steps,
            members=row.members,
            is_me=slot.member == own,
            moved=moved(before.get(slot.member), slot.rank),
        )

    return page, [entry(slot) for slot in page.slots], entry(page.me) if page.me else None
