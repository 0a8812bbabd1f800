"""Finds standings that do not follow from the merged days; the proof that they are derived."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from challenges import results, scored_days
from challenges.entrants import PEOPLE, TEAMS
from challenges.kind import CountedDay, Tally
from challenges.models import Challenge, Participant, Result, ResultLine, Team
from challenges.team_parts import team_tallies
from challenges.totals import NOTHING, Total, tally_of, total_kept, totals_of
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


def frozen_drifts(challenge: Challenge) -> Iterator[Drift]:
    """Compare the result that holds with its fingerprint and with the scored days it was made of.

    Nothing for a challenge without one. Scored days of people who were erased are gone; their
    lines are compared with the scores that were kept.
    """
    result = results.current(challenge)
    if result is None:
        return
    if not results.agrees(result):
        yield Drift("fingerprint", result.fingerprint, "another")
    lines = ResultLine.objects.filter(result=result)
    kept = {line.member: Total(line.score, line.tiebreak, line.steps, 0) for line in lines}
    rows = Participant.objects.filter(challenge=challenge, left_at=None).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        chunk = rows.filter(pk__in=ids[start : start + CHUNK])
        yield from _of_lines(list(chunk.select_related("challenge", "person")), kept)
    yield from _of_team_lines(result)


def _of_lines(rows: list[Participant], kept: dict[str, Total]) -> Iterator[Drift]:
    totals = totals_of(rows)
    for row in rows:
        erased = not row.person.is_active and row.pk not in totals
        given = total_kept(row) if erased else totals.get(row.pk, NOTHING)
        line, expected = kept.get(PEOPLE.member(row.pk)), given._replace(days_known=0)
        if line != expected:
            yield Drift(f"line of participant {row.pk}", line, expected)


def _of_team_lines(result: Result) -> Iterator[Drift]:
    teams = list(Team.objects.filter(challenge=result.challenge_id).select_related("challenge"))
    lines = ResultLine.objects.filter(result=result, board=TEAMS.name)
    kept = {line.member: Tally(line.score, line.tiebreak) for line in lines}
    for team in teams:
        if kept.get(TEAMS.member(team.pk)) != (team.score, team.tiebreak):
            expected = Tally(team.score, team.tiebreak)
            yield Drift(f"line of team {team.pk}", kept.get(TEAMS.member(team.pk)), expected)
