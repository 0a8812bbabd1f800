"""Sixty days, seven time zones, two changes of the clocks: both scorers come to the same."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.season import statistics
from bench.season.games import END, FIRST, GAMES, LAST, PLANNED, ZONES
from challenges import membership, planning, results, scoring, teams
from challenges.drift import drifts
from challenges.entrants import PEOPLE, TEAMS
from challenges.models import Correction, Participant, ResultLine, Team
from steps.models import Day
from tests.challenges import independent_scorer as naive
from tests.challenges.independent_scorer import Heard, Rules, Walker
from tests.factories import OrganizationFactory, UserFactory
from users.models import User


class World:
    """People who walk; everything is told to the product and written down for the other scorer."""

    def __init__(self, people: int, seed: int) -> None:
        self.dice = random.Random(seed)
        self.company = OrganizationFactory(name="Everywhere")
        self.games = {
            name: planning.publish(
                challenge=planning.create_draft(
                    organization=self.company,
                    name=name,
                    starts_on=FIRST,
                    ends_on=LAST,
                    now=PLANNED,
                    **told,
                ),
                now=PLANNED,
            )
            for name, (told, _) in GAMES.items()
        }
        self.teams = {
            name: planning.create_teams(
                challenge=game,
                names=[f"Team {n}" for n in range(max(2, people // 12))],
                now=PLANNED,
            )
            for name, game in self.games.items()
        }
        self.people: list[User] = []
        self.walkers: list[Walker] = []
        self.heard: dict[str, list[Heard]] = {}
        self.acts: list[tuple[datetime, int, object]] = []
        for number in range(people):
            self._settle_in(number)

    def _settle_in(self, number: int) -> None:
        dice, zone = self.dice, self.dice.choice(ZONES)
        person = UserFactory(organization=self.company, timezone=zone)
        joined = PLANNED + timedelta(hours=dice.randrange(24 * 20))
        if dice.random() < 0.3:
            joined = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(60000))
        walker = Walker(str(number), zone, joined)
        place = dice.randrange(len(self.teams["steps"]))
        if dice.random() < 0.9:
            walker.teams.append((joined, f"Team {place}"))
        self.people.append(person)
        self.walkers.append(walker)
        self.acts.append((joined, 0, lambda: self._join(person, walker)))
        if walker.teams and dice.random() < 0.2:
            self._plan_move(person, walker)
        if dice.random() < 0.05:
            walker.gone = True
            self.acts.append((END - timedelta(days=9), 2, lambda: self._leave(person)))
        self._plan_steps(person, walker)

    def _join(self, person, walker):
        for name, game in self.games.items():
            by_name = {team.name: team for team in self.teams[name]}
            team = by_name[walker.teams[0][1]] if walker.teams else None
            membership.join(challenge=game, person=person, team=team, now=walker.joined)

    def _plan_move(self, person, walker):
        at = max(walker.joined, datetime(2026, 10, 2, tzinfo=UTC)) + timedelta(
            minutes=self.dice.randrange(1, 20000)
        )
        place = self.dice.randrange(len(self.teams["steps"]))
        if f"Team {place}" != walker.teams[0][1]:
            walker.teams.append((at, f"Team {place}"))
            self.acts.append((at, 1, lambda: self._move(person, place, at)))

    def _move(self, person, place, at):
        for name, game in self.games.items():
            team = sorted(self.teams[name], key=lambda each: int(each.name.split()[1]))[place]
            teams.move(challenge=game, person=person, team=team, now=at, actor=None)

    def _leave(self, person):
        for game in self.games.values():
            membership.leave(challenge=game, person=person, now=END - timedelta(days=9))

    def _plan_steps(self, person, walker):
        """Days come in batches: in time, late, again with less, never, or after the end."""
        dice, days = self.dice, [FIRST + timedelta(days=n) for n in range(-2, 62)]
        level = dice.choice([2000, 7000, 9000, 16000])
        for start in range(0, len(days), 22):
            batch = [day for day in days[start : start + 22] if dice.random() < 0.93]
            self._plan_sync(person, walker, batch, level, lateness=dice.choice([0, 0, 1, 5, 30]))
        again = dice.sample(days, 6)
        self._plan_sync(person, walker, again, level // 2, lateness=dice.choice([0, 2, 40]))

    def _plan_sync(self, person, walker, batch, level, *, lateness):
        if not batch:
            return
        midnight = datetime.combine(max(batch) + timedelta(days=1), time(), ZoneInfo(walker.zone))
        at = midnight.astimezone(UTC) + timedelta(
            days=lateness, seconds=self.dice.randrange(1, 40000), microseconds=int(walker.name)
        )
        numbers = [Heard(at, walker.name, day, *self._number(level)) for day in batch]
        self.heard.setdefault(walker.name, []).extend(numbers)
        self.acts.append((at, 3, lambda: self._sync(person, numbers, at)))

    def _number(self, level):
        dice = self.dice
        kind = dice.random()
        if kind < 0.03:
            return (None, None)  # known before, unknown now
        if kind < 0.06:
            return (None, dice.randrange(1, 9000))  # typed by hand only
        steps = dice.choice([0, level, dice.randrange(2 * level), 8000])
        return (steps, steps + (dice.randrange(6000) if kind > 0.85 else 0))

    def _sync(self, person, numbers, at):
        Day.objects.bulk_create(
            [
                Day(
                    person=person,
                    date=one.day,
                    steps=one.measured,
                    steps_with_manual=one.with_typed,
                    zone=person.timezone,
                    updated_at=at,
                )
                for one in numbers
            ],
            update_conflicts=True,
            unique_fields=["person", "date"],
            update_fields=["steps", "steps_with_manual", "updated_at"],
        )
        scoring.record_days(person_id=person.pk, dates={one.day for one in numbers}, now=at)

    def live(self, *, before=None, since=None):
        coming = [
            act
            for at, _, act in sorted(self.acts, key=lambda each: each[:2])
            if (before is None or at < before) and (since is None or at >= since)
        ]
        for place, act in enumerate(coming):
            act()
            if place % 1000 == 999:
                statistics.refresh()


def people_agree(world, name, rules):
    """Compare scores, steps and frozen ranks of everybody."""
    numbers = {
        person.pk: walker for person, walker in zip(world.people, world.walkers, strict=True)
    }
    rows = Participant.objects.filter(challenge=world.games[name], left_at=None)
    kept = {numbers[row.person_id].name: row for row in rows}
    expected = {
        walker.name: naive.worth(rules, naive.counted_days(rules, walker, world.heard, END))
        for walker in world.walkers
        if not walker.gone
    }
    assert {who: row.score for who, row in kept.items()} == {
        who: score for who, (score, _) in expected.items()
    }
    ranks = naive.ranks(expected)
    lines = ResultLine.objects.filter(result__challenge=world.games[name], board="people")
    frozen = {PEOPLE.pk(line.member): line.rank for line in lines}
    assert {who: frozen[row.pk] for who, row in kept.items()} == ranks
    return len(set(ranks.values()))


def teams_agree(world, name, rules):
    parts = naive.team_parts(rules, world.walkers, world.heard, END)
    expected = {
        team.name: naive.team_worth(rules, parts.get(team.name, []))
        for team in Team.objects.filter(challenge=world.games[name])
    }
    kept = {team.name: team for team in Team.objects.filter(challenge=world.games[name])}
    assert {who: team.score for who, team in kept.items()} == {
        who: int(score) for who, score in expected.items()
    }
    lines = ResultLine.objects.filter(result__challenge=world.games[name], board="teams")
    order = [line.member for line in lines.order_by("place")]
    scores = {TEAMS.member(team.pk): expected[team.name] for team in kept.values()}
    assert [int(scores[one]) for one in order] == sorted(map(int, scores.values()), reverse=True)


def simulate(people, seed):
    world = World(people, seed)
    world.live(before=END)
    frozen = []
    for name, game in world.games.items():
        assert list(drifts(game)) == [], name
        assert results.finalise(challenge=game, now=END - timedelta(seconds=1)) is None
        frozen.append(results.finalise(challenge=game, now=END))
    world.live(since=END)
    assert Correction.objects.exists()
    assert all(map(results.agrees, frozen))
    for name in world.games:
        rules = Rules(FIRST, LAST, **GAMES[name][1])
        assert people_agree(world, name, rules) > people // 10
        teams_agree(world, name, rules)


@pytest.mark.django_db
@pytest.mark.timeout(240)
def test_two_hundred_people(db):
    simulate(200, seed=20261129)
