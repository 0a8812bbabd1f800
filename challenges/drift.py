"""Finds standings that do not follow from the merged days; the proof that they are derived."""

from collections.abc import Iterator
from dataclasses import dataclass

from challenges import scored_days
from challenges.models import Challenge, Participant, Team
from challenges.totals import NOTHING, Total, team_scores

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Drift:
    """A stored number that differs from what the merged days give."""

    what: str
    kept: object
    expected: object


def drifts(challenge: Challenge) -> Iterator[Drift]:
    """Compare every participant and team of an open challenge with the merged days.

    Writes nothing. While scores change, what is found may just be on its way: look twice.
    """
    rows = Participant.objects.filter(challenge=challenge, left_at=None).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        chunk = rows.filter(pk__in=ids[start : start + CHUNK]).select_related("challenge")
        yield from _of_people(list(chunk))
    yield from _of_teams(challenge)


def _of_people(rows: list[Participant]) -> Iterator[Drift]:
    worths, kept = scored_days.worths(rows, None), scored_days.kept(rows, None)
    for who, day in sorted(worths.keys() | kept.keys()):
        found, expected = kept.get((who, day)), worths.get((who, day))
        if found != expected:
            yield Drift(f"day {day} of participant {who}", found, expected)
    sums = _sums(worths)
    for row in rows:
        total, expected_total = Total(row.score, row.steps), sums.get(row.pk, NOTHING)
        if total != expected_total:
            yield Drift(f"participant {row.pk}", total, expected_total)


def _sums(worths: dict[scored_days.Where, scored_days.Worth]) -> dict[int, Total]:
    sums: dict[int, Total] = {}
    for (who, _), worth in worths.items():
        before = sums.get(who, NOTHING)
        sums[who] = Total(before.score + worth.counted, before.steps + worth.steps)
    return sums


def _of_teams(challenge: Challenge) -> Iterator[Drift]:
    teams = list(Team.objects.filter(challenge=challenge))
    sums = team_scores([team.pk for team in teams])
    for team in teams:
        if team.score != sums.get(team.pk, 0):
            yield Drift(f"team {team.pk}", team.score, sums.get(team.pk, 0))
