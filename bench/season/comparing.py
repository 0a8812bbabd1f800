"""Holds every row of a season against the other ledger and the other scorer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from bench.season.games import END, FIRST, GAMES, LAST
from bench.season.truth import Number, numbers
from bench.season.world import World
from challenges.entrants import PEOPLE, TEAMS
from challenges.models import Correction, Participant, ResultLine, ScoredDay, Team
from steps.models import Day
from tests.challenges import independent_scorer as other
from tests.challenges.independent_scorer import Heard, Rules, Walker

Rows = Mapping[Any, Any]


@dataclass
class Comparison:
    """How many rows were compared, and those that differ: what, kept, expected."""

    rows: dict[str, int] = field(default_factory=dict)
    wrong: list[tuple[str, object, object]] = field(default_factory=list)

    def hold(self, what: str, kept: Rows, expected: Rows) -> None:
        """Compare two tables by their keys; a row that only one has differs too."""
        keys = kept.keys() | expected.keys()
        self.rows[what] = self.rows.get(what, 0) + len(keys)
        self.wrong += [
            (f"{what} {key}", kept.get(key), expected.get(key))
            for key in sorted(keys, key=str)
            if kept.get(key) != expected.get(key)
        ]


class Truth:
    """What the other ledger says of everybody: in time for the end, and with what came later."""

    def __init__(self, world: World) -> None:
        self.in_time = {each.walker.name: numbers(each.life, until=END) for each in world.people}
        self.all = {each.walker.name: numbers(each.life) for each in world.people}


def compare(world: World, truth: Truth) -> Comparison:
    """Compare days, scored days, scores, frozen lines, teams and corrections."""
    found = Comparison()
    _days(world, truth, found)
    for name in world.games:
        game = _Game(world, name, truth, found)
        game.scored_days()
        game.lines()
        game.team_lines()
        game.corrections()
    return found


def _days(world: World, truth: Truth, found: Comparison) -> None:
    names = {each.user.pk: each.walker.name for each in world.people}
    rows = Day.objects.filter(person__in=names).exclude(steps=None, steps_with_manual=None)
    columns = ("person_id", "date", "steps", "steps_with_manual")
    kept = {(names[who], day): pair for who, day, *pair in rows.values_list(*columns)}
    expected = {
        (who, day): [number.measured, number.with_typed]
        for who, known in truth.all.items()
        for day, number in known.items()
    }
    found.hold("day", kept, expected)


def _heard(days: Mapping[str, Mapping[date, Number]]) -> dict[str, list[Heard]]:
    """Tell the other scorer all days as if they had come just in time."""
    at = END.replace(hour=0)
    return {
        who: [Heard(at, who, day, each.measured, each.with_typed) for day, each in known.items()]
        for who, known in days.items()
    }


class _Game:
    """One challenge of the world, compared by the other scorer."""

    def __init__(self, world: World, name: str, truth: Truth, found: Comparison) -> None:
        self._name, self._found = name, found
        self._game = world.games[name]
        self._walkers: list[Walker] = [each.walker for each in world.people]
        self._rules = Rules(FIRST, LAST, **GAMES[name][1])
        self._in_time, self._late = _heard(truth.in_time), _heard(truth.all)
        names = {each.user.pk: each.walker for each in world.people}
        rows = Participant.objects.filter(challenge=self._game, left_at=None)
        self._taking = {row.pk: names[row.person_id] for row in rows}

    def scored_days(self) -> None:
        rows = ScoredDay.objects.filter(participant__in=self._taking)
        columns = ("participant_id", "date", "counted")
        kept = {(self._who(pk), day): counted for pk, day, counted in rows.values_list(*columns)}
        expected = {
            (walker.name, day): counted
            for walker in self._taking.values()
            for day, counted in self._counted(walker, self._in_time).items()
        }
        self._hold("scored day", kept, expected)

    def lines(self) -> None:
        worths = {
            walker.name: other.worth(self._rules, self._counted(walker, self._in_time))
            for walker in self._walkers
            if not walker.gone
        }
        ranks = other.ranks(worths)
        kept = {
            self._who(PEOPLE.pk(line.member)): (line.rank, line.score, line.steps)
            for line in self._frozen(PEOPLE.name)
        }
        expected = {who: (ranks[who], worths[who][0], self._steps(who)) for who in worths}
        self._hold("line", kept, expected)

    def team_lines(self) -> None:
        parts = other.team_parts(self._rules, self._walkers, self._in_time, END)
        names = dict(Team.objects.filter(challenge=self._game).values_list("pk", "name"))
        expected = {
            team: int(other.team_worth(self._rules, parts.get(team, []))) for team in names.values()
        }
        kept = {names[TEAMS.pk(line.member)]: line.score for line in self._frozen(TEAMS.name)}
        self._hold("team", kept, expected)

    def corrections(self) -> None:
        rows = Correction.objects.filter(participant__in=self._taking)
        columns = ("participant_id", "date", "frozen", "counted")
        kept = {(self._who(pk), day): pair for pk, day, *pair in rows.values_list(*columns)}
        expected = {}
        for walker in self._taking.values():
            before, after = (self._counted(walker, told) for told in (self._in_time, self._late))
            for day in before.keys() | after.keys():
                if before.get(day) != after.get(day):
                    expected[walker.name, day] = [before.get(day), after.get(day)]
        self._hold("correction", kept, expected)

    def _who(self, pk: int) -> str:
        return self._taking[pk].name if pk in self._taking else f"participant {pk}"

    def _hold(self, what: str, kept: Rows, expected: Rows) -> None:
        self._found.hold(f"{self._name}: {what}", kept, expected)

    def _frozen(self, board: str) -> QuerySet[ResultLine]:
        return ResultLine.objects.filter(result__challenge=self._game, board=board)

    def _counted(self, walker: Walker, told: dict[str, list[Heard]]) -> dict[date, int]:
        return other.counted_days(self._rules, walker, told, END)

    def _steps(self, who: str) -> int:
        rules, told = self._rules, self._in_time.get(who, [])
        inside = [event for event in told if rules.first <= event.day <= rules.last]
        return sum(other.admitted(rules, event) or 0 for event in inside)
