"""The ladder read from PostgreSQL: the truth, and what is served while Redis has no whole board."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from challenges.entrants import Board
from challenges.ladder import Ask, Key, Page, Slot, above_in_window, ranked
from challenges.models import Challenge

Rows = QuerySet[Any]


def read(board: Board, challenge: Challenge, ask: Ask) -> Page:
    """Answer ``ask`` from the tables; raises ``BadCursor`` for a member that cannot exist."""
    rows = board.shown(challenge)
    keys = _keys(board, rows, ask)
    shown, rest = keys[: ask.limit], keys[ask.limit :]
    return Page(
        slots=_with_ranks(board, rows, shown),
        next=shown[-1] if rest else None,
        me=_own(rows, ask.me),
    )


def _keys(board: Board, rows: Rows, ask: Ask) -> list[Key]:
    """Return the wanted keys and, when there are more behind them, one of those."""
    if ask.after is not None:
        return _down(board, rows.filter(_behind(board, ask.after)), ask.limit)
    if ask.around_me and ask.me is not None:
        return _around(board, rows, ask.me, ask.limit)
    return _down(board, rows, ask.limit)


def _around(board: Board, rows: Rows, me: Key, limit: int) -> list[Key]:
    own = Q(score=me.score, pk=board.pk(me.member))
    below = _down(board, rows.filter(own | _behind(board, me)), limit)
    before = rows.filter(_before(board, me)).order_by("score", "-pk")
    above = [Key(score, board.member(pk)) for score, pk in _pairs(before, limit)][::-1]
    # One more than the limit was read of those below: it only says whether there are more.
    wanted = above_in_window(len(above), len(below), limit)
    return above[len(above) - wanted :] + below[: limit - wanted + 1]


def _down(board: Board, rows: Rows, limit: int) -> list[Key]:
    pairs = _pairs(rows.order_by("-score", "pk"), limit + 1)
    return [Key(score, board.member(pk)) for score, pk in pairs]


def _pairs(rows: Rows, limit: int) -> list[tuple[int, Any]]:
    return list(rows.values_list("score", "pk")[:limit])


def _behind(board: Board, key: Key) -> Q:
    # The first condition is implied by the second; it is what the index can start from.
    lower = Q(score__lt=key.score) | Q(score=key.score, pk__gt=board.pk(key.member))
    return Q(score__lte=key.score) & lower


def _before(board: Board, key: Key) -> Q:
    higher = Q(score__gt=key.score) | Q(score=key.score, pk__lt=board.pk(key.member))
    return Q(score__gte=key.score) & higher


def _with_ranks(board: Board, rows: Rows, keys: list[Key]) -> tuple[Slot, ...]:
    if not keys:
        return ()
    counts = rows.filter(_before(board, keys[0])).aggregate(
        position=Count("pk"), higher=Count("pk", filter=Q(score__gt=keys[0].score))
    )
    return ranked(keys, position=counts["position"], first_rank=counts["higher"] + 1)


def _own(rows: Rows, me: Key | None) -> Slot | None:
    if me is None:
        return None
    return Slot(rows.filter(score__gt=me.score).count() + 1, me.score, me.member)
