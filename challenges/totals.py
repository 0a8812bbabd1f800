"""Sums scored days into the scores of participants and teams.

Lock order of the whole room, so that no two transactions wait for each other: the challenge, the
person, participants by id, teams by id. Teams are made anew from their members under their lock, so
the last one to commit has seen everybody before; or, where their score is a plain sum, they take
over what a locked member has gained, in the transaction that writes it down for the member.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Sum, prefetch_related_objects

from challenges import boards
from challenges.entrants import Change, change_of_participant, change_of_team
from challenges.kind import CountedDay, Tally
from challenges.kind_registry import kind_of
from challenges.models import Participant, ScoredDay, Team
from challenges.rules import frame_of
from challenges.scored_days import Gain
from challenges.team_parts import is_plain_sum, team_tallies
from challenges.versions import next_version, stamp
from users import binary
from users.plain_models import instance


class Total(NamedTuple):
    """What all scored days of somebody come to."""

    score: int
    tiebreak: int
    steps: int
    days_known: int

    def plus(self, gain: Gain) -> "Total":
        """Return the total of a sum after ``gain``."""
        return Total(
            self.score + gain.counted, 0, self.steps + gain.steps, self.days_known + gain.days
        )


_TEAM = ["id", "challenge_id", "score", "tiebreak", "version"]
_ADD_TO_TEAM = f"""
    UPDATE challenges_team SET score = score + %s, version = greatest(version + 1, %s)
    WHERE id = %s RETURNING {", ".join(_TEAM)}
"""  # noqa: S608 - the columns above
_WRITE = """
    UPDATE challenges_participant SET
        score = total.score, tiebreak = total.tiebreak, steps = total.steps,
        days_known = total.days_known, rounds_won = total.rounds_won, version = total.version
    FROM unnest(
        %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[],
        %b::bigint[]
    ) AS total (id, score, tiebreak, steps, days_known, rounds_won, version)
    WHERE challenges_participant.id = total.id
"""
NOTHING = Total(0, 0, 0, 0)


def settle(
    participants: Sequence[Participant], *, now: datetime, membership_changed: bool = False
) -> None:
    """Bring scores of locked participants and of their teams up to date, boards after commit.

    A score that stays as it was writes nothing, unless ``membership_changed`` says that the board
    has to hear of the row anyway.
    """
    moved = settle_people(participants, now=now, membership_changed=membership_changed)
    settle_teams(teams_of(moved), now=now)


def settle_gains(
    participants: Sequence[Participant], gains: Mapping[int, Gain], *, now: datetime
) -> None:
    """Do ``settle`` for locked participants whose scored days have moved by ``gains``.

    Where scores are sums that needs no look at any other day or member.
    """
    additive = [row for row in participants if kind_of(row.challenge.kind).additive]
    totals = {row.pk: total_kept(row).plus(gains[row.pk]) for row in additive}
    others = [row for row in participants if row.pk not in totals]
    if others:
        totals |= totals_of(others)
    scores = {row.pk: row.score for row in participants}
    moved = [row for row in participants if _take(row, totals.get(row.pk, NOTHING))]
    changes = _write(moved, now=now)
    in_teams = [row for row in moved if row.team_id is not None or row.team_since is not None]
    if all(is_plain_sum(row.challenge) for row in in_teams):
        changes += _add_to_teams({row: row.score - scores[row.pk] for row in in_teams}, now=now)
    else:
        changes += _write_teams(teams_of(moved), now=now)
    boards.push_after_commit(changes)


def _add_to_teams(gained: Mapping[Participant, int], *, now: datetime) -> list[Change]:
    """Let teams whose score is the plain sum of their members' gain what these have gained."""
    changes: list[Change] = []
    sharing = [row for row, score in gained.items() if score and row.team_id is not None]
    for row in sorted(sharing, key=lambda each: str(each.team_id)):
        found = binary.rows(_ADD_TO_TEAM, [gained[row], stamp(now), row.team_id])
        team = instance(Team, _TEAM, found[0])
        team.challenge = row.challenge
        changes.append(change_of_team(team))
    return changes


def teams_of(participants: Iterable[Participant]) -> set[UUID]:
    """Return the teams whose score the participants' days go into, also as former members."""
    found = {row.team_id for row in participants if row.team_id is not None}
    split = [row.pk for row in participants if row.team_since is not None]
    if split:
        found.update(Team.objects.filter(stays__participant__in=split).values_list("pk", flat=True))
    return found


def settle_people(
    participants: Sequence[Participant], *, now: datetime, membership_changed: bool = False
) -> list[Participant]:
    """Do ``settle`` without the teams; return the rows that were written."""
    totals = totals_of(participants)
    moved = [
        participant
        for participant in participants
        if _take(participant, totals.get(participant.pk, NOTHING)) or membership_changed
    ]
    announce(moved, now=now)
    return moved


def totals_of(participants: Sequence[Participant]) -> dict[int, Total]:
    """Return what the scored days come to by participant id; no entry means no scored day."""
    sums = (
        ScoredDay.objects.filter(participant__in=participants)
        .values_list("participant_id")
        .annotate(Sum("counted"), Sum("steps"), Count("pk"))
    )
    tallies = _tallies(participants)
    return {
        pk: Total(*tallies.get(pk, Tally(int(counted))), int(steps), days)
        for pk, counted, steps, days in sums
    }


def _tallies(participants: Sequence[Participant]) -> dict[int, Tally]:
    """Return the tallies in kinds that look at single days; the others are sums."""
    rows = [row for row in participants if not kind_of(row.challenge.kind).additive]
    if not rows:
        return {}
    days: dict[int, list[CountedDay]] = {}
    found = ScoredDay.objects.filter(participant__in=rows).order_by("date")
    for pk, day, counted in found.values_list("participant_id", "date", "counted"):
        days.setdefault(pk, []).append(CountedDay(day, counted))
    return {row.pk: tally_of(row, days.get(row.pk, [])) for row in rows}


def tally_of(participant: Participant, days: Sequence[CountedDay]) -> Tally:
    """Return what days (in order) are worth in the participant's challenge."""
    challenge = participant.challenge
    kind = kind_of(challenge.kind)
    frame = frame_of(challenge, participant.rounds_won)
    return kind.tally(days, kind.settings(challenge.settings), frame)


def announce(participants: Sequence[Participant], *, now: datetime) -> None:
    """Store the totals of locked rows under a new version and tell the board after commit."""
    boards.push_after_commit(_write(participants, now=now))


def _write(participants: Sequence[Participant], *, now: datetime) -> list[Change]:
    """Store the totals of locked rows under a new version; return what boards have to hear."""
    if not participants:
        return []
    prefetch_related_objects(participants, "challenge")
    for participant in participants:
        participant.version = next_version(participant.version, now)
    rows = [(row.pk, *total_kept(row), row.rounds_won, row.version) for row in participants]
    binary.run(_WRITE, list(map(binary.integers, zip(*rows, strict=True))))
    return [change_of_participant(row) for row in participants]


def settle_teams(team_ids: Collection[UUID], *, now: datetime) -> None:
    """Make the teams' scores anew from their members; unchanged teams are not written."""
    boards.push_after_commit(_write_teams(team_ids, now=now))


def _write_teams(team_ids: Collection[UUID], *, now: datetime) -> list[Change]:
    if not team_ids:
        return []
    locked = Team.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=team_ids)
    teams = list(locked.select_related("challenge").order_by("pk"))
    tallies = team_tallies(teams)
    moved = [team for team in teams if (team.score, team.tiebreak) != tallies[team.pk]]
    for team in moved:
        team.score, team.tiebreak = tallies[team.pk]
        team.version = next_version(team.version, now)
    Team.objects.bulk_update(moved, ["score", "tiebreak", "version"])
    return [change_of_team(team) for team in moved]


def _take(participant: Participant, total: Total) -> bool:
    """Put the totals on the row; return whether that changed anything."""
    if total_kept(participant) == total:
        return False
    participant.score, participant.tiebreak, participant.steps, participant.days_known = total
    return True


def total_kept(row: Participant) -> Total:
    """Return the totals as the row has them."""
    return Total(row.score, row.tiebreak, row.steps, row.days_known)
