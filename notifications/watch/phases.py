"""The life of a challenge: it begins, it is about to end, its result is final."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from challenges.catalogue import unit_of
from challenges.entrants import PEOPLE
from challenges.models import Challenge, Participant, Result, ResultLine
from challenges.phases import OPEN_END, State, final_at, state_of
from notifications import marks
from notifications.kinds import Kind
from notifications.telling import Happening, News, show
from notifications.watch.everybody import tell_everybody
from users.instants import rfc3339

CLOSING_FOR = timedelta(days=2)
LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Turn:
    """A challenge that has come into a phase; ``result`` is there when it is final."""

    challenge: Challenge
    kind: Kind
    result: Result | None = None

    @property
    def name(self) -> str:
        """The event: a result that was opened again and frozen anew is another one."""
        edition = self.result.edition if self.result else 1
        return f"{self.kind}:{self.challenge.pk}:{edition}"


def watch(*, now: datetime) -> int:
    """Tell what has come to pass since the last look; returns how many people are told."""
    turns = {turn.name: turn for turn in _turns(now)}
    return sum(_tell(turns[name], now) for name in sorted(marks.unfinished(turns)))


def facts_of(challenge: Challenge) -> dict[str, Any]:
    """What a text about a challenge may need to know of it."""
    return {
        "challenge": challenge.name,
        "ends_on": None if challenge.ends_on == OPEN_END else challenge.ends_on.isoformat(),
        "final_at": rfc3339(final_at(challenge)),
    }


def _turns(now: datetime) -> Iterable[Turn]:
    recent = Challenge.objects.filter(
        published_at__isnull=False, ends_on__gte=(now - LOOK_BACK).date()
    )
    for challenge in recent:
        state = state_of(challenge, now)
        if state is State.LIVE and challenge.starts_on >= (now - CLOSING_FOR).date():
            yield Turn(challenge, Kind.STARTED)
        if state is State.LIVE and challenge.ends_on <= (now + CLOSING_FOR).date():
            yield Turn(challenge, Kind.CLOSING)
        result = _result(challenge) if state is State.FINAL else None
        if result is not None:
            yield Turn(challenge, Kind.RESULT, result)


def _result(challenge: Challenge) -> Result | None:
    return Result.objects.filter(challenge=challenge, superseded_at=None).first()


def _tell(turn: Turn, now: datetime) -> int:
    facts = facts_of(turn.challenge)
    item = Happening(challenge_id=turn.challenge.pk, kind=turn.kind, key=turn.name, facts=facts)
    show([item], now=now)
    write = partial(_write, turn, facts)
    return tell_everybody(turn.challenge, name=turn.name, write=write, now=now)


def _write(turn: Turn, facts: dict[str, Any], rows: Sequence[Participant]) -> list[News]:
    places = _places(turn.result, rows)
    return [
        News(
            person_id=row.person_id,
            kind=turn.kind,
            key=turn.name,
            challenge_id=turn.challenge.pk,
            facts=facts | places.get(PEOPLE.member(row.pk), {}),
        )
        for row in rows
    ]


def _places(result: Result | None, rows: Sequence[Participant]) -> dict[str, dict[str, Any]]:
    """Where these people finished and with how much of what, by their name on the board."""
    if result is None:
        return {}
    members = [PEOPLE.member(row.pk) for row in rows]
    lines = ResultLine.objects.filter(result=result, board=PEOPLE.name, member__in=members)
    unit = unit_of(result.challenge)
    return {line.member: {"rank": line.rank, "score": line.score, "unit": unit} for line in lines}
