"""People who live through a season; everything is told to the product in the order it arrives."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from heapq import heapify, heappop
from random import Random
from typing import Any

from django.db import transaction

from bench.season.deliveries import Ways, deliver
from bench.season.games import END, FIRST, GAMES, LAST, PLANNED
from bench.season.lives import make_life
from bench.season.told import Life, Look, instant_of
from bench.season.truth import Days, settled
from challenges import membership, planning, teams
from challenges.models import Challenge, Team
from tests.challenges.independent_scorer import Walker
from users.models import Organization, User

LEAVING = END - timedelta(days=9)
_START = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
_TEAM_SIZE = 12


@dataclass
class Traveller(Walker):
    """Somebody for the other scorer, with local days through every move."""

    days: Days | None = None

    def local(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        assert self.days is not None
        return self.days.of(instant)


@dataclass(frozen=True)
class Somebody:
    """One person for the product (``user``) and for the other scorer (``walker``)."""

    user: User
    life: Life
    walker: Traveller
    ways: Ways


class World:
    """A company in several zones with a challenge of every game; ``people`` of them take part."""

    def __init__(self, people: int, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - repeatable on purpose
        self.company = Organization.objects.create(name=f"Season {seed}", timezone="UTC")
        self.games = {name: self._game(name, told) for name, (told, _) in GAMES.items()}
        names = [f"Team {n}" for n in range(max(2, people // _TEAM_SIZE))]
        self.teams = {
            name: planning.create_teams(challenge=game, names=names, now=PLANNED)
            for name, game in self.games.items()
        }
        self._acts: list[tuple[datetime, int, int, Callable[[], object]]] = []
        self.people = [self._somebody(number) for number in range(people)]
        heapify(self._acts)

    @property
    def left(self) -> int:
        """How many things have not happened yet."""
        return len(self._acts)

    def live(self, *, before: datetime | None = None, most: int | None = None) -> int:
        """Let things happen in order, until ``before`` or ``most`` are done; returns how many."""
        done = 0
        while self._acts and (before is None or self._acts[0][0] < before) and done != most:
            heappop(self._acts)[3]()
            done += 1
        return done

    def acts_of(
        self, share: int, shares: int, *, before: datetime | None
    ) -> Iterator[Callable[[], object]]:
        """Yield in order what happens until ``before`` to every ``shares``-th person."""
        for at, _, person, act in sorted(self._acts):
            if person % shares == share and (before is None or at < before):
                yield act

    def pass_over(self, *, before: datetime | None) -> None:
        """Forget what has happened elsewhere until ``before``."""
        self._acts = [each for each in self._acts if before is not None and each[0] >= before]
        heapify(self._acts)

    def _at(self, instant: datetime, person: int, act: Callable[[], object]) -> None:
        self._acts.append((instant, len(self._acts), person, act))

    def _game(self, name: str, told: dict[str, Any]) -> Challenge:
        draft = planning.create_draft(
            organization=self.company,
            name=name,
            starts_on=FIRST,
            ends_on=LAST,
            now=PLANNED,
            **told,
        )
        return planning.publish(challenge=draft, now=PLANNED)

    def _somebody(self, number: int) -> Somebody:
        life, dice = make_life(self.dice, number), self.dice
        user = User.objects.create(
            organization=self.company,
            email=f"walker{number}-{self.company.pk}@season.example",
            display_name=f"Walker {number}",
            timezone=life.stays[0][1],
            password="!",  # noqa: S106 - marks that there is none
        )
        zone = life.stays[0][1]
        ways = Ways(person_id=user.pk, zone=zone, phone=uuid.uuid4(), cloud=uuid.uuid4())
        joined = PLANNED + timedelta(hours=dice.randrange(24 * 20))
        if dice.random() < 0.3:
            joined = _START + timedelta(minutes=dice.randrange(60_000))
        walker = Traveller(str(number), zone, joined, days=Days(settled(life)))
        somebody = Somebody(user, life, walker, ways)
        self._plan(somebody)
        return somebody

    def _plan(self, somebody: Somebody) -> None:
        life, ways, walker = somebody.life, somebody.ways, somebody.walker
        person = ways.person_id
        self._plan_teams(somebody)
        for since, zone in life.stays[1:]:
            self._at(instant_of(since), person, partial(move, ways, zone, since))
        for look in life.phone:
            self._at(look.received, person, partial(_upload, ways, look))
        for look in life.cloud:
            self._at(look.received, person, partial(_poll, ways, look))
        if self.dice.random() < 0.05:
            walker.gone = True
            self._at(LEAVING, person, lambda: self._leave(somebody))

    def _plan_teams(self, somebody: Somebody) -> None:
        walker, dice, person = somebody.walker, self.dice, somebody.ways.person_id
        place = dice.randrange(len(self.teams["steps"]))
        if dice.random() < 0.9:
            walker.teams.append((walker.joined, f"Team {place}"))
        self._at(
            walker.joined, person, lambda: self._join(somebody, place if walker.teams else None)
        )
        other = dice.randrange(len(self.teams["steps"]))
        if walker.teams and other != place and dice.random() < 0.2:
            earliest = max(walker.joined, _START + timedelta(days=1))
            at = earliest + timedelta(minutes=dice.randrange(1, 20_000))
            walker.teams.append((at, f"Team {other}"))
            self._at(at, person, lambda: self._change_team(somebody, other, at))

    def _join(self, somebody: Somebody, place: int | None) -> None:
        for name, game in self.games.items():
            team = None if place is None else self.teams[name][place]
            now = somebody.walker.joined
            membership.join(challenge=game, person=somebody.user, team=team, now=now)

    def _change_team(self, somebody: Somebody, place: int, at: datetime) -> None:
        for name, game in self.games.items():
            team: Team = self.teams[name][place]
            teams.move(challenge=game, person=somebody.user, team=team, now=at, actor=None)

    def _leave(self, somebody: Somebody) -> None:
        for game in self.games.values():
            membership.leave(challenge=game, person=somebody.user, now=LEAVING)


def _upload(ways: Ways, look: Look) -> None:
    deliver(ways.upload(look))


def _poll(ways: Ways, look: Look) -> None:
    deliver(ways.answer(look))


@transaction.atomic
def move(ways: Ways, zone: str, since: int) -> None:
    """Let a person live in another zone from a minute on."""
    person = User.objects.select_for_update(no_key=True).get(pk=ways.person_id)
    person.move(zone, now=instant_of(since))
    person.save(update_fields=["timezone", "zone_moves"])
