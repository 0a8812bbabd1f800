"""Sums scored days into the scores of participants and teams.

Lock order of the whole room, so that no two transactions wait for each other: the challenge, the
person, participants by id, teams by id. Teams are summed anew under their lock and never adjusted
by a difference, so the last one to commit has seen everybody before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from challenges import boards
from challenges.entrants import change_of_participant, change_of_team
from challenges.models import Participant, ScoredDay, Team
from challenges.versions import next_version


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over scored days."""

    score: int
    steps: int


NOTHING = Total(0, 0)


def settle(
    participants: Sequence[Participant], *, now: datetime, membership_changed: bool = False
) -> None:
    """Bring scores of locked participants and of their teams up to date, boards after commit.

    A score that stays as it was writes nothing, unless ``membership_changed`` says that the board
    has to hear of the row anyway.
    """
    moved = settle_people(participants, now=now, membership_changed=membership_changed)
    settle_teams({row.team_id for row in moved if row.team_id is not None}, now=now)


def settle_people(
    participants: Sequence[Participant], *, now: datetime, membership_changed: bool = False
) -> list[Participant]:
    """Do ``settle`` without the teams; return the rows that were written."""
    sums = totals_of(participants)
    moved = [
        participant
        for participant in participants
        if _take(participant, sums.get(participant.pk, NOTHING)) or membership_changed
    ]
    announce(moved, now=now)
    return moved


def totals_of(participants: Iterable[Participant]) -> dict[int, Total]:
    """Return the sums by participant id; no entry means no scored day."""
    sums = (
        ScoredDay.objects.filter(participant__in=participants)
        .values_list("participant_id")
        .annotate(Sum("counted"), Sum("steps"))
    )
    return {pk: Total(int(score), int(steps)) for pk, score, steps in sums}


def announce(participants: Sequence[Participant], *, now: datetime) -> None:
    """Store the sums of locked rows under a new version and tell the board after commit."""
    for participant in participants:
        participant.version = next_version(participant.version, now)
    Participant.objects.bulk_update(participants, ["score", "steps", "version"])
    boards.push_after_commit(change_of_participant(row) for row in participants)


def settle_teams(team_ids: Collection[UUID], *, now: datetime) -> None:
    """Sum the teams anew from members who have not left; unchanged teams are not written."""
    if not team_ids:
        return
    locked = Team.objects.select_for_update(no_key=True).filter(pk__in=team_ids).order_by("pk")
    teams = list(locked)
    sums = team_scores(team_ids)
    moved = [team for team in teams if team.score != sums.get(team.pk, 0)]
    for team in moved:
        team.score = sums.get(team.pk, 0)
        team.version = next_version(team.version, now)
    Team.objects.bulk_update(moved, ["score", "version"])
    boards.push_after_commit(change_of_team(team) for team in moved)


def team_scores(team_ids: Collection[UUID]) -> dict[UUID | None, int]:
    """Return the sum of the members' scores by team; no entry means no member."""
    sums = (
        Participant.objects.filter(team__in=team_ids, left_at=None)
        .values_list("team_id")
        .annotate(Sum("score"))
    )
    return {pk: int(score) for pk, score in sums}


def _take(participant: Participant, total: Total) -> bool:
    """Put the sums on the row; return whether that changed anything."""
    if (participant.score, participant.steps) == (total.score, total.steps):
        return False
    participant.score, participant.steps = total.score, total.steps
    return True
