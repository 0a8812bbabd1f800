"""What each team is made of: its members' scores, and days that stayed when somebody moved on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, Sum

from challenges import team_rules
from challenges.kind import CountedDay, Tally
from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant, ScoredDay, Team, TeamStay
from challenges.rules import frame_of
from challenges.team_rules import Mode, Part

Parts = dict[UUID, list[Part]]


def team_tallies(teams: Sequence[Team]) -> dict[UUID, Tally]:
    """Return what every team's score has to be; ``challenge`` of the teams is read."""
    summed = [team.pk for team in teams if is_plain_sum(team.challenge)]
    sums = _sums(summed)
    parts = _parts([team for team in teams if team.pk not in sums.keys() | set(summed)])
    return {
        team.pk: Tally(sums.get(team.pk, 0)) if team.pk in summed else _tally(team, parts)
        for team in teams
    }


def _tally(team: Team, parts: Parts) -> Tally:
    challenge = team.challenge
    rules = team_rules.read(challenge.team_rules)
    return team_rules.tally(parts.get(team.pk, []), kind_of(challenge.kind), rules)


def is_plain_sum(challenge: Challenge) -> bool:
    """Return whether a team's score is the sum of its members' and nothing else."""
    rules = team_rules.read(challenge.team_rules)
    ties = kind_of(challenge.kind).ties_by_steps
    return rules.mode is Mode.SUM and rules.moved_steps == "move_along" and not ties


def _sums(team_ids: Sequence[UUID]) -> dict[UUID | None, int]:
    if not team_ids:
        return {}
    members = Participant.objects.filter(team__in=team_ids, left_at=None)
    sums = members.values_list("team_id").annotate(Sum("score"))
    return {pk: int(score) for pk, score in sums}


def _parts(teams: Sequence[Team]) -> Parts:
    parts: Parts = defaultdict(list)
    if teams:
        members = Participant.objects.filter(team__in=teams, left_at=None)
        columns = ("team_id", "score", "tiebreak", "days_known")
        for team_id, score, tiebreak, days in members.filter(team_since=None).values_list(*columns):
            assert team_id is not None
            parts[team_id].append(Part(score, tiebreak, days > 0))
        for team_id, part in _split_parts(members.exclude(team_since=None), teams):
            parts[team_id].append(part)
    return parts


def _split_parts(
    moved: Iterable[Participant], teams: Sequence[Team]
) -> Iterator[tuple[UUID, Part]]:
    """Yield what people gave who changed teams: before to the old one, since then to the new."""
    for row in moved:
        assert row.team_id is not None
        yield row.team_id, _part(row, Q(date__gte=row.team_since))
    stays = TeamStay.objects.filter(team__in=teams, participant__left_at=None)
    for stay in stays.select_related("participant__challenge"):
        span = Q(date__lte=stay.last)
        yield stay.team_id, _part(stay.participant, span & _since(stay.first))


def _since(first: date | None) -> Q:
    return Q(date__gte=first) if first else Q()


def _part(row: Participant, span: Q) -> Part:
    found = ScoredDay.objects.filter(span, participant=row).order_by("date")
    days = [CountedDay(*pair) for pair in found.values_list("date", "counted")]
    kind = kind_of(row.challenge.kind)
    settings = kind.settings(row.challenge.settings)
    tally = kind.tally(days, settings, frame_of(row.challenge, row.rounds_won))
    return Part(*tally, bool(days))
