"""The rounds of a head-to-head challenge as participants see them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from challenges.kinds.bracket import week_of
from challenges.models import Challenge, Match, Participant, ScoredDay
from challenges.rounds import decides_at
from challenges.rules import frame_of
from users.models import User, Visibility

HIDDEN_NAME = "Hidden participant"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two who meet; ``steps`` are the counted ones of the week, None of who hides."""

    name: str
    steps: int | None
    is_me: bool
    won: bool | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two who meet; ``away`` None: nobody, ``home`` goes on."""

    home: Side
    away: Side | None


@dataclass(frozen=True, slots=True)
class Round:
    """One week, counted from 1; ``decided`` says whether it is over for good."""

    number: int
    starts_on: date
    ends_on: date
    decides_at: datetime
    decided: bool
    matches: list[Meeting]


def rounds_of(challenge: Challenge, person: User) -> list[Round]:
    """Return the rounds drawn so far, first one first."""
    rows = Match.objects.filter(challenge=challenge).order_by("round", "place")
    by_round: dict[int, list[Match]] = {}
    for match in rows.select_related("home__person", "away__person"):
        by_round.setdefault(match.round, []).append(match)
    return [_round(challenge, number, found, person) for number, found in by_round.items()]


def _round(challenge: Challenge, number: int, matches: list[Match], person: User) -> Round:
    first, last = week_of(number, frame_of(challenge))
    decided = matches[0].decided_at is not None
    walked = {} if decided else _walked(matches, first, last)
    return Round(
        number=number + 1,
        starts_on=first,
        ends_on=last,
        decides_at=decides_at(challenge, number),
        decided=decided,
        matches=[_meeting(match, walked, person) for match in matches],
    )


def _walked(matches: list[Match], first: date, last: date) -> dict[int, int]:
    people = [match.home_id for match in matches]
    people += [match.away_id for match in matches if match.away_id is not None]
    rows = ScoredDay.objects.filter(participant__in=people, date__range=(first, last))
    sums = rows.values_list("participant_id").annotate(Sum("counted"))
    return {pk: int(counted) for pk, counted in sums}


def _meeting(match: Match, walked: dict[int, int], person: User) -> Meeting:
    def side(row: Participant, decided: int | None) -> Side:
        steps = walked.get(row.pk, 0) if decided is None else decided
        won = None if match.winner_id is None else match.winner_id == row.pk
        is_me = row.person_id == person.pk
        if _hides(row) and not is_me:
            return Side(HIDDEN_NAME, None, is_me, won)
        return Side(row.person.board_name, steps, is_me, won)

    away = side(match.away, match.away_steps) if match.away else None
    return Meeting(side(match.home, match.home_steps), away)


def _hides(row: Participant) -> bool:
    return row.hidden or row.person.leaderboard_visibility == Visibility.HIDDEN
