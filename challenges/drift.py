"""Finds standings that do not follow from the merged days; the proof that they are derived."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from challenges import scored_days
from challenges.kind import CountedDay, Tally
from challenges.models import Challenge, Participant, Team
from challenges.team_parts import team_tallies
from challenges.totals import NOTHING, Total, tally_of, total_kept
from challenges.worth import Worth

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
        chunk = rows.filter(pk__in=ids[start : start + CHUNK]).select_related(
            "challenge__organization", "person"
        )
        yield from _of_people(list(chunk))
    yield from _of_teams(challenge)


def _of_people(rows: list[Participant]) -> Iterator[Drift]:
    worths, kept = scored_days.worths(rows, None), scored_days.kept(rows, None)
    for who, day in sorted(worths.keys() | kept.keys()):
        found, expected = kept.get((who, day)), worths.get((who, day))
        if found != expected:
            yield Drift(f"day {day} of participant {who}", found, expected)
    by_row: dict[int, dict[date, Worth]] = {}
    for (who, day), worth in worths.items():
        by_row.setdefault(who, {})[day] = worth
    for row in rows:
        days = by_row.get(row.pk, {})
        if total_kept(row) != _total(row, days):
            yield Drift(f"participant {row.pk}", total_kept(row), _total(row, days))


def _total(row: Participant, days: dict[date, Worth]) -> Total:
    if not days:
        return NOTHING
    tally = tally_of(row, [CountedDay(day, days[day].counted) for day in sorted(days)])
    return Total(*tally, sum(worth.steps for worth in days.values()), len(days))


def _of_teams(challenge: Challenge) -> Iterator[Drift]:
    teams = list(Team.objects.filter(challenge=challenge).select_related("challenge"))
    tallies = team_tallies(teams)
    for team in teams:
        kept = Tally(team.score, team.tiebreak)
        if kept != tallies[team.pk]:
            yield Drift(f"team {team.pk}", kept, tallies[team.pk])
