"""What the page of one challenge shows, in the parts that refresh themselves."""

from datetime import date, datetime
from typing import Any

from challenges.entrants import PEOPLE, TEAMS, Board
from challenges.models import Challenge
from challenges.phases import State
from challenges.queries import participation_of
from challenges.rules import describe
from challenges.standings import Leaderboard, View, leaderboard
from dashboard import charts, programme, roster
from dashboard.game_picture import picture_of
from dashboard.group_boards import group_board
from dashboard.moments import moments_of
from dashboard.queries import ChallengeCard
from dashboard.states import count_states
from users.models import User

TOP = 10
RUNNING = {State.LIVE, State.CLOSING, State.FINAL}


def plan_parts(card: ChallengeCard, viewer: User) -> dict[str, Any]:
    """Return what is decided: rules in words, the turning points."""
    challenge = card.challenge
    return {
        "card": card,
        "challenge": challenge,
        "rules": describe(challenge),
        "moments": moments_of(challenge, zone=viewer.zone),
        "running": card.state in RUNNING,
    }


def now_parts(card: ChallengeCard, viewer: User, *, today: date, now: datetime) -> dict[str, Any]:
    """Return what changes while people walk: participation, totals, health, standings."""
    challenge = card.challenge
    days = _days(challenge, today=today)
    counts = count_states(roster.taking_part(challenge.organization, [challenge.pk]), now=now)
    return {
        "card": card,
        "challenge": challenge,
        "running": card.state in RUNNING,
        "participation": participation_of(challenge),
        "counts": counts,
        "segments": charts.segments({state.value: count for state, count in counts.items()}),
        "chart": charts.bar_chart(days),
        "steps_so_far": _sum(days),
        "people_board": _board(challenge, viewer, PEOPLE, now),
        "team_board": group_board(challenge, viewer, TEAMS.name, limit=TOP, now=now),
        "picture": picture_of(challenge),
    }


def _board(challenge: Challenge, viewer: User, board: Board, now: datetime) -> Leaderboard:
    return leaderboard(
        challenge=challenge,
        person=viewer,
        board=board,
        view=View.TOP,
        limit=TOP,
        cursor=None,
        now=now,
    )


def _days(challenge: Challenge, *, today: date) -> list[charts.Datum]:
    """The days begun so far; a number may come a day early from east of here."""
    sums = programme.challenge_days(challenge)
    last = min(challenge.ends_on, max([today, *sums]))
    minimum = challenge.organization.minimum_group_size
    return programme.drawn(sums, first=challenge.starts_on, last=last, minimum=minimum)


def _sum(days: list[charts.Datum]) -> int | None:
    known = [datum.value for datum in days if datum.value is not None]
    return sum(known) if known else None
