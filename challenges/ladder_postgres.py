"""The ladder read from PostgreSQL: the truth, and what is served while Redis has no whole board."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from challenges.entrants import Board
from challenges.ladder import Ask, Key, Page, Slot, above_in_window, ranked
from challenges.models import Challenge

Rows = QuerySet[Any]


def read(board: Board, challenge: Challenge, ask: Ask) -> Page:
    """Answer ``ask`` from the tables; raises ``BadCursor`` for a member that cannot exist."""
    return _Ladder(board, challenge).page(ask)


class _Ladder:
    """The rows of one board. Standings are parted into score and tie-breaker, as columns are."""

    def __init__(self, board: Board, challenge: Challenge) -> None:
        self._board = board
        self._rows: Rows = board.shown(challenge)
        self._limit = board.tie_limit(challenge)

    def page(self, ask: Ask) -> Page:
        keys = self._keys(ask)
        shown, rest = keys[: ask.limit], keys[ask.limit :]
        return Page(
            slots=self._with_ranks(shown),
            next=shown[-1] if rest else None,
            me=self._own(ask.me),
        )

    def _keys(self, ask: Ask) -> list[Key]:
        """Return the wanted keys and, when there are more behind them, one of those."""
        if ask.after is not None:
            return self._down(self._rows.filter(self._behind(ask.after)), ask.limit)
        if ask.around_me and ask.me is not None:
            return self._around(ask.me, ask.limit)
        return self._down(self._rows, ask.limit)

    def _around(self, me: Key, limit: int) -> list[Key]:
        below = self._down(self._rows.filter(self._same(me) | self._behind(me)), limit)
        before = self._rows.filter(self._before(me)).order_by("score", "tiebreak", "-pk")
        above = self._read(before, limit)[::-1]
        # One more than the limit was read of those below: it only says whether there are more.
        wanted = above_in_window(len(above), len(below), limit)
        return above[len(above) - wanted :] + below[: limit - wanted + 1]

    def _down(self, rows: Rows, limit: int) -> list[Key]:
        return self._read(rows.order_by("-score", "-tiebreak", "pk"), limit + 1)

    def _read(self, rows: Rows, limit: int) -> list[Key]:
        found = rows.values_list("score", "tiebreak", "pk")[:limit]
        return [Key(score * self._limit + tie, self._board.member(pk)) for score, tie, pk in found]

    def _behind(self, key: Key) -> Q:
        score, tie = divmod(key.standing, self._limit)
        pk = self._board.pk(key.member)
        equal = Q(score=score) & (Q(tiebreak__lt=tie) | Q(tiebreak=tie, pk__gt=pk))
        # The first condition is implied by the second; it is what the index can start from.
        return Q(score__lte=score) & (Q(score__lt=score) | equal)

    def _before(self, key: Key) -> Q:
        score, tie = divmod(key.standing, self._limit)
        pk = self._board.pk(key.member)
        equal = Q(score=score) & (Q(tiebreak__gt=tie) | Q(tiebreak=tie, pk__lt=pk))
        return Q(score__gte=score) & (Q(score__gt=score) | equal)

    def _same(self, key: Key) -> Q:
        score, tie = divmod(key.standing, self._limit)
        return Q(score=score, tiebreak=tie, pk=self._board.pk(key.member))

    def _higher(self, standing: int) -> Q:
        score, tie = divmod(standing, self._limit)
        return Q(score__gt=score) | Q(score=score, tiebreak__gt=tie)

    def _with_ranks(self, keys: list[Key]) -> tuple[Slot, ...]:
        if not keys:
            return ()
        counts = self._rows.filter(self._before(keys[0])).aggregate(
            position=Count("pk"), higher=Count("pk", filter=self._higher(keys[0].standing))
        )
        return ranked(keys, position=counts["position"], first_rank=counts["higher"] + 1)

    def _own(self, me: Key | None) -> Slot | None:
        if me is None:
            return None
        higher = self._rows.filter(self._higher(me.standing)).count()
        return Slot(higher + 1, me.standing, me.member)
