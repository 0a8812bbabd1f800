"""Head to head: drawn, decided, walked over; and as participants see it."""

from datetime import date, timedelta

import pytest

from challenges import bracket_view, membership, results, rounds
from challenges.drift import drifts
from challenges.kinds.bracket import drawn
from challenges.models import Match, Participant
from challenges.phases import begins_at, final_at, over_at
from challenges.tasks import finalise_challenges
from tests.factories import ChallengeFactory, UserFactory
from users.models import Visibility

START = date(2026, 11, 2)
DRAW = begins_at(START)
FIRST_OVER = over_at(date(2026, 11, 8)) + timedelta(hours=12)
SECOND_OVER = over_at(date(2026, 11, 15)) + timedelta(hours=12)


@pytest.fixture
def cup(acme):
    return ChallengeFactory(
        organization=acme, kind="bracket", starts_on=START, ends_on=date(2026, 11, 15)
    )


@pytest.fixture
def players(acme, cup):
    """Five people in the order of the draw."""
    people = [UserFactory(organization=acme, display_name=name) for name in "ABCDE"]
    rows = {}
    for person in people:
        row = membership.join(challenge=cup, person=person, now=DRAW - timedelta(days=1))
        rows[row.pk] = person
    return [rows[pk] for pk in drawn(rows, str(cup.pk))]


def meetings(cup, number):
    rows = Match.objects.filter(challenge=cup, round=number).order_by("place")
    return [
        tuple(row.person.pk if row else None for row in (one.home, one.away, one.winner))
        for one in rows
    ]


def test_drawn_once_when_the_first_day_begins(cup, players):
    assert not rounds.advance(challenge=cup, now=DRAW - timedelta(seconds=1))
    assert rounds.advance(challenge=cup, now=DRAW)
    assert not rounds.advance(challenge=cup, now=DRAW)
    first, second, third, fourth, fifth = (person.pk for person in players)
    assert meetings(cup, 0) == [
        (first, second, None),
        (third, fourth, None),
        (fifth, None, None),
    ]


def test_a_cup_from_draw_to_result(cup, players, walk, look):
    rounds.advance(challenge=cup, now=DRAW)
    for person, steps in zip(players, (100, 200, 300, 300, 0), strict=True):
        walk(person, steps, date(2026, 11, 4), now=FIRST_OVER - timedelta(days=3))
    assert not rounds.advance(challenge=cup, now=FIRST_OVER - timedelta(seconds=1))
    assert rounds.advance(challenge=cup, now=FIRST_OVER)
    _, second, third, _, fifth = (person.pk for person in players)
    assert [winner for *_, winner in meetings(cup, 0)] == [second, third, fifth]
    assert [pair[:2] for pair in meetings(cup, 1)] == [(second, third), (fifth, None)]
    walk(players[0], 9999, date(2026, 11, 4), now=FIRST_OVER + timedelta(hours=1))
    assert not rounds.advance(challenge=cup, now=FIRST_OVER + timedelta(hours=1))
    walk(players[2], 50, date(2026, 11, 10), now=FIRST_OVER + timedelta(days=2))
    assert list(drifts(cup)) == []
    assert rounds.advance_all(now=SECOND_OVER) == 1
    scores = dict(Participant.objects.values_list("person", "score"))
    assert [scores[person.pk] for person in players] == [0, 1, 2, 0, 2]
    result = results.finalise(challenge=cup, now=final_at(cup))
    best = result.lines.filter(board="people").first()
    assert (best.score, best.tiebreak) == (2, 50)


def test_who_leaves_loses_and_late_joiners_meet_nobody(acme, cup, players, walk):
    rounds.advance(challenge=cup, now=DRAW)
    walk(players[0], 900, date(2026, 11, 4), now=DRAW + timedelta(days=3))
    membership.leave(challenge=cup, person=players[0], now=DRAW + timedelta(days=3))
    late = UserFactory(organization=acme)
    membership.join(challenge=cup, person=late, now=DRAW + timedelta(days=1))
    rounds.advance(challenge=cup, now=FIRST_OVER)
    assert meetings(cup, 0)[0][2] == players[1].pk
    assert late.pk not in {pk for one in meetings(cup, 1) for pk in one}


def test_without_grace_the_last_round_is_decided_before_freezing(cup, players, walk):
    cup.grace_hours = 0
    cup.save()
    rounds.advance(challenge=cup, now=DRAW)
    rounds.advance(challenge=cup, now=FIRST_OVER)
    walk(players[2], 70, date(2026, 11, 12), now=FIRST_OVER + timedelta(days=4))
    result = results.finalise(challenge=cup, now=final_at(cup))
    assert Match.objects.filter(round=1, winner=None).count() == 0
    assert result.lines.filter(board="people").first().score == 2


@pytest.mark.parametrize("people", [0, 1])
def test_nobody_to_meet(acme, cup, people):
    for _ in range(people):
        membership.join(challenge=cup, person=UserFactory(organization=acme), now=DRAW)
    assert not rounds.advance(challenge=cup, now=DRAW)
    assert results.finalise(challenge=cup, now=final_at(cup)) is not None


def test_other_kinds_meet_nobody(challenge, alice, join):
    join(alice)
    assert rounds.advance_all(now=DRAW) == 0
    assert bracket_view.rounds_of(challenge, alice) == []


def test_what_participants_see(api, cup, players, walk, time_machine):
    rounds.advance(challenge=cup, now=DRAW)
    players[1].leaderboard_visibility = Visibility.HIDDEN
    players[1].save()
    walk(players[0], 100, date(2026, 11, 4), now=DRAW + timedelta(days=3))
    time_machine.move_to(DRAW + timedelta(days=3), tick=False)
    url = f"/api/v1/challenges/{cup.pk}/rounds"
    (first,) = api(players[0]).get(url).json()["results"]
    assert (first["number"], first["starts_on"], first["decided"]) == (1, "2026-11-02", False)
    home = {"name": players[0].display_name, "steps": 100, "is_me": True, "won": None}
    assert first["matches"][0]["home"] == home
    assert first["matches"][0]["away"]["name"] == "Hidden participant"
    assert first["matches"][2]["away"] is None
    time_machine.move_to(FIRST_OVER, tick=False)
    finalise_challenges()
    decided, following = api(players[1]).get(url).json()["results"]
    assert decided["matches"][0]["home"]["won"] is True
    assert decided["matches"][0]["away"]["name"] == players[1].display_name
    assert following["decided"] is False
