"""The ladder of a frozen result: places and ranks as they were stored.

Who has hidden since has a place here still; their line is left out by ``challenges.board_lines``.
"""

from django.db.models import QuerySet

from challenges.ladder import Ask, BadCursor, Key, Page, Slot, above_in_window
from challenges.models import Result, ResultLine

Lines = QuerySet[ResultLine]


def read(result: Result, board: str, ask: Ask, *, tie_limit: int) -> Page:
    """Answer ``ask`` from the stored lines; raises ``BadCursor`` for somebody who is not there."""
    every = ResultLine.objects.filter(result=result, board=board).order_by("place")
    own = every.filter(member=ask.me.member).first() if ask.me else None
    found = _wanted(every.filter(hidden=False), every, own, ask)
    shown, rest = found[: ask.limit], found[ask.limit :]
    slots = tuple(_slot(line, tie_limit) for line in shown)
    last = _slot(shown[-1], tie_limit) if rest else None
    return Page(
        slots=slots,
        next=Key(last.standing, last.member) if last else None,
        me=_slot(own, tie_limit) if own else None,
    )


def _wanted(shown: Lines, every: Lines, own: ResultLine | None, ask: Ask) -> list[ResultLine]:
    if ask.after is not None:
        after = every.filter(member=ask.after.member).first()
        if after is None:
            raise BadCursor(ask.after.member)
        return list(shown.filter(place__gt=after.place)[: ask.limit + 1])
    if ask.around_me and own is not None:
        return _around(shown, own.place, ask.limit)
    return list(shown[: ask.limit + 1])


def _around(shown: Lines, place: int, limit: int) -> list[ResultLine]:
    below = list(shown.filter(place__gte=place)[: limit + 1])
    above = list(shown.filter(place__lt=place).order_by("-place")[:limit])[::-1]
    wanted = above_in_window(len(above), len(below), limit)
    return above[len(above) - wanted :] + below[: limit - wanted + 1]


def _slot(line: ResultLine, tie_limit: int) -> Slot:
    standing = line.score * tie_limit + line.tiebreak
    return Slot(line.rank, standing, line.member, line.steps, line.name, line.members)
