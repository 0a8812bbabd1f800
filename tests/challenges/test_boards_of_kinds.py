"""Boards beyond a plain sum: tie-breakers, departments, movement, what is to come."""

import random
import threading
from datetime import date, timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection

from challenges import boards, ladder_postgres, membership, movement, refill, results, standings
from challenges.entrants import PEOPLE, TEAMS
from challenges.ladder import Ask, BadCursor, Key
from challenges.models import Participant, Team
from challenges.phases import begins_at, final_at
from challenges.tasks import remember_ranks
from tests.factories import NOON, ChallengeFactory, ParticipantFactory, TeamFactory, UserFactory
from users.models import Group

TODAY = date(2026, 11, 20)
KINDS = {
    "daily_goal": {"goal": 1000},
    "personal_total": {"target": 5000, "rank_by": "when"},
    "journey": {"length": 4000},
    "race": {"target": 5000},
}


@pytest.mark.parametrize("kind", KINDS)
def test_redis_and_postgresql_answer_alike_in_every_kind(acme, kind, walk, fill):
    game = ChallengeFactory(
        organization=acme, kind=kind, settings=KINDS[kind], team_rules={"mode": "average_all"}
    )
    dice = random.Random(kind)
    teams = [TeamFactory(challenge=game) for _ in range(3)]
    for number in range(9):
        person = UserFactory(organization=acme)
        membership.join(challenge=game, person=person, team=teams[number % 3], now=NOON)
        for back in range(3):
            walk(person, dice.choice([0, 999, 1000, 2500, 6000]), TODAY - timedelta(days=back))
    fill()
    rows = {PEOPLE: list(Participant.objects.all()), TEAMS: list(Team.objects.all())}
    for board, standing_rows in rows.items():
        limit = board.tie_limit(game)
        for row in standing_rows:
            key = Key(row.score * limit + row.tiebreak, board.member(row.pk))
            for ask in (Ask(3), Ask(3, after=key), Ask(3, me=key), Ask(3, me=key, around_me=True)):
                truth = ladder_postgres.read(board, game, ask)
                assert boards.read(board, game, ask) == truth
    order = [(-row.score, -row.tiebreak) for row in rows[PEOPLE]]
    top = ladder_postgres.read(PEOPLE, game, Ask(20)).slots
    limit = PEOPLE.tie_limit(game)
    assert [divmod(-slot.standing, limit) for slot in top] == [
        divmod(-(-score * limit - tie), limit) for score, tie in sorted(order)
    ]


def test_ties_are_broken_and_the_score_shown(acme, alice, bob, look, challenge, join, walk):
    challenge.kind, challenge.settings = "daily_goal", {"goal": 1000}
    challenge.save()
    third = UserFactory(organization=acme, display_name="Third")
    for person, steps in ((alice, 1500), (bob, 2000), (third, 1500)):
        join(person)
        walk(person, steps)
    board = look(alice)
    assert [(e.rank, e.score, e.steps) for e in board.entries] == [
        (1, 1, 2000),
        (2, 1, 1500),
        (2, 1, 1500),
    ]
    assert board.unit == "days"


def test_a_board_to_come_says_so(challenge, alice, look, join):
    early = begins_at(challenge.starts_on) - timedelta(seconds=1)
    assert look(alice, now=early).state == "upcoming"


@pytest.fixture
def sales(acme):
    acme.minimum_group_size = 2
    acme.save()
    return Group.objects.create(organization=acme, kind="department", name="Sales")


@pytest.fixture
def departments(acme, challenge, sales, join, walk):
    """Three departments of 3, 2 and 1 people who take part."""
    groups = [sales] + [
        Group.objects.create(organization=acme, kind="department", name=name)
        for name in ("Works", "Lab")
    ]
    people = []
    for group, steps in zip([groups[0]] * 3 + [groups[1]] * 2 + [groups[2]], range(6), strict=True):
        person = UserFactory(organization=acme)
        group.people.add(person)
        join(person)
        walk(person, 1000 * steps)
        people.append(person)
    return people


def test_departments(departments, look):
    board = look(departments[0], board="departments")
    found = [(e.rank, e.name, e.score, e.members, e.is_me) for e in board.entries]
    assert found == [(1, "Works", 7000, 2, False), (2, "Sales", 3000, 3, True)]
    assert board.me == board.entries[1]
    assert look(departments[5], board="departments").me is None


def test_departments_are_scored_as_teams_are(departments, challenge, look):
    challenge.team_rules = {"mode": "average_all"}
    challenge.save()
    scores = [entry.score for entry in look(departments[0], board="departments").entries]
    assert scores == [3500, 1000]


def test_pages_of_departments(departments, look):
    first = look(departments[0], board="departments", limit=1)
    second = look(departments[0], board="departments", limit=1, cursor=first.next)
    assert [e.name for e in (*first.entries, *second.entries)] == ["Works", "Sales"]
    assert second.next is None
    around = look(departments[0], board="departments", view="around_me", limit=1)
    assert [entry.name for entry in around.entries] == ["Sales"]
    with pytest.raises(BadCursor):
        look(departments[0], board="departments", cursor="nonsense")


def test_departments_are_frozen(departments, challenge, sales, look):
    final = final_at(challenge)
    before = look(departments[0], board="departments", now=final)
    results.finalise(challenge=challenge, now=final)
    sales.people.clear()
    after = look(departments[3], board="departments", now=final)
    assert [(e.rank, e.score, e.members) for e in after.entries] == [
        (e.rank, e.score, e.members) for e in before.entries
    ]
    sales.delete()
    names = [e.name for e in look(departments[3], board="departments", now=final).entries]
    assert names == ["Works", "Sales"]


def test_who_rose_and_who_fell(acme, challenge, alice, bob, look, join, walk, time_machine):
    red = TeamFactory(challenge=challenge)
    join(alice, red)
    join(bob)
    walk(alice, 10)
    walk(bob, 5)
    assert {entry.moved for entry in look(alice).entries} == {None}
    assert movement.remember_all(now=NOON) == 1
    assert movement.remember_all(now=NOON + timedelta(hours=11)) == 0
    walk(bob, 20)
    board = look(alice)
    assert [(e.name, e.rank, e.moved) for e in board.entries] == [
        ("Bob Brown", 1, 1),
        ("Alice Adams", 2, -1),
    ]
    assert look(alice, board="teams").entries[0].moved == 0
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    remember_ranks()
    assert {entry.moved for entry in look(alice).entries} == {0}


def test_the_day_is_the_organizations(acme, challenge):
    acme.timezone = "Pacific/Kiritimati"
    acme.save()
    movement.remember_all(now=NOON)
    challenge.refresh_from_db()
    assert challenge.ranked_on == date(2026, 11, 21)


def test_an_outlook_is_everybodys_or_ones_own(api, acme, alice, bob, walk, time_machine):
    time_machine.move_to(NOON, tick=False)
    goal = ChallengeFactory(
        organization=acme,
        kind="collective_goal",
        settings={"target": 1000, "milestones": [{"at": 300, "name": "Valley"}]},
    )
    way = ChallengeFactory(organization=acme, kind="journey", settings={"length": 760})
    for game in (goal, way):
        for person in (alice, bob):
            membership.join(challenge=game, person=person, now=NOON)
    walk(alice, 200)
    walk(bob, 150)
    client = api(alice)
    together = client.get(f"/api/v1/challenges/{goal.pk}").json()
    assert (together["outlook"]["of"], together["outlook"]["steps"]) == ("everybody", 350)
    assert together["outlook"]["goal"]["milestones"][0]["reached"] is True
    own = client.get(f"/api/v1/challenges/{way.pk}").json()
    assert (own["outlook"]["of"], own["outlook"]["goal"]["travelled"]) == ("me", 152)
    assert own["unit"] == "metres"
    assert own["rules"]["data"]["settings"] == {"length": 760}


def test_an_open_end_is_null_over_http(api, acme, alice, time_machine):
    time_machine.move_to(NOON, tick=False)
    race = ChallengeFactory(
        organization=acme, kind="race", settings={"target": 5}, ends_on=date(2100, 12, 31)
    )
    body = api(alice).get(f"/api/v1/challenges/{race.pk}").json()
    assert (body["ends_on"], body["final_at"], body["state"]) == (None, None, "live")
    assert body["rules"]["data"]["ends_on"] is None


@pytest.mark.django_db(transaction=True)
def test_redis_emptied_under_load_never_shows_a_wrong_rank(challenge, alice):
    """Readers and a refill go on while the board is thrown away again and again."""
    rows = [ParticipantFactory(challenge=challenge, score=n // 2, steps=n) for n in range(60)]
    truth = {PEOPLE.member(row.pk): 1 + sum(o.score > row.score for o in rows) for row in rows}
    server = redis.Redis.from_url(django_settings.CACHE_URL)
    wrong, over = [], threading.Event()

    def read():
        try:
            while not over.is_set():
                page = standings._running(PEOPLE, challenge, Ask(100))
                ranks = {slot.member: slot.rank for slot in page.slots}
                if ranks != truth:
                    wrong.append(ranks)
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(15):
        server.flushdb()
        refill.build(PEOPLE, challenge, now=NOON + timedelta(seconds=number))
    over.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert boards.read(PEOPLE, challenge, Ask(100)) is not None
