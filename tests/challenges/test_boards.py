"""The copy in Redis: order of arrival does not matter, a partial copy is never served."""

import logging
import socket
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings

from challenges import board_store, boards, membership, planning, refill, scoring
from challenges.board_store import BoardUnavailable
from challenges.entrants import PEOPLE, TEAMS, Change
from challenges.ladder import Ask
from challenges.models import Participant, Team
from challenges.tasks import reconcile_visibility, refill_boards
from challenges.versions import stamp
from steps.models import Day
from tests.factories import NOON, ParticipantFactory, TeamFactory
from users import redis_gate
from users.models import Visibility

TOP = Ask(limit=10)


@pytest.fixture
def server():
    return redis.Redis.from_url(django_settings.CACHE_URL, decode_responses=True)


@pytest.fixture
def row(challenge):
    return ParticipantFactory(challenge=challenge, score=100, steps=100, version=5)


def change(challenge, member, score, version):
    return Change(challenge.pk, "people", member, score, version)


def on_board(challenge, board=PEOPLE):
    page = boards.read(board, challenge, TOP)
    return None if page is None else [(slot.member, slot.standing) for slot in page.slots]


def test_an_empty_redis_answers_nothing(challenge, row):
    assert on_board(challenge) is None


def test_a_board_nobody_began_takes_nothing(challenge, row, server):
    boards.push([change(challenge, PEOPLE.member(row.pk), 300, 8)])
    assert server.keys("board:*") == []


def test_a_filled_board_answers(challenge, row, fill):
    assert fill() == 2
    assert on_board(challenge) == [(PEOPLE.member(row.pk), 100)]
    assert on_board(challenge, TEAMS) == []
    assert fill() == 0


def test_commits_that_push_out_of_order_end_right(challenge, row, fill):
    fill()
    member = PEOPLE.member(row.pk)
    boards.push([change(challenge, member, 300, 8)])
    boards.push([change(challenge, member, 200, 7)])
    boards.push([change(challenge, member, 299, 8)])
    assert on_board(challenge) == [(member, 300)]


def test_out_of_order_within_one_push_ends_right(challenge, row, fill):
    fill()
    member = PEOPLE.member(row.pk)
    boards.push([change(challenge, member, 300, 8), change(challenge, member, 200, 7)])
    assert on_board(challenge) == [(member, 300)]


def test_an_older_score_does_not_bring_back_who_left(challenge, row, fill):
    fill()
    member = PEOPLE.member(row.pk)
    boards.push([change(challenge, member, None, 9)])
    boards.push([change(challenge, member, 500, 8)])
    assert on_board(challenge) == []
    boards.push([change(challenge, member, 500, 10)])
    assert on_board(challenge) == [(member, 500)]


@pytest.mark.parametrize("way", ["load", "push_words"])
def test_what_was_read_before_a_change_does_not_overwrite_it(
    challenge, row, fill, monkeypatch, way
):
    """Somebody walks between the refill's read and its write, while building or catching up."""
    if way == "push_words":
        fill()
        Participant.objects.filter(pk=row.pk).update(score=150, version=stamp(NOON))
    write, store_push, member = getattr(board_store, way), board_store.push, PEOPLE.member(row.pk)

    def late(*arguments):
        if member in arguments[-1]:
            monkeypatch.setattr(board_store, way, write)
            store_push([[change(challenge, member, 900, stamp(NOON) + 1)]])
        write(*arguments)

    monkeypatch.setattr(board_store, way, late)
    fill()
    assert on_board(challenge) == [(member, 900)]


def test_a_refill_overtaken_by_another_does_not_mark_the_board_whole(challenge, row, monkeypatch):
    load = board_store.load

    def overtaken(*arguments):
        load(*arguments)
        board_store.door().run("BEGIN", challenge.pk, "people", "run:another")

    monkeypatch.setattr(board_store, "load", overtaken)
    assert not refill.build(PEOPLE, challenge, now=NOON)
    assert on_board(challenge) is None


def test_redis_emptied_during_a_refill_is_not_whole(challenge, row, server, monkeypatch):
    monkeypatch.setattr(board_store, "load", lambda *_: server.flushdb())
    assert not refill.build(PEOPLE, challenge, now=NOON)
    assert on_board(challenge) is None


def test_redis_emptied_is_filled_again(challenge, row, server, fill):
    fill()
    server.flushdb()
    boards.push([change(challenge, PEOPLE.member(row.pk), 300, 8)])
    assert on_board(challenge) is None
    assert fill() == 2
    assert on_board(challenge) == [(PEOPLE.member(row.pk), 100)]


@pytest.mark.parametrize("lost", ["board:{%s}:people", "board:{%s}:people:versions"])
def test_half_a_board_is_no_board(challenge, row, server, fill, lost):
    fill()
    assert server.delete(lost % challenge.pk) == 1
    assert on_board(challenge) is None
    assert fill() == 1
    assert on_board(challenge) is not None


def test_a_board_of_an_earlier_life_of_redis_is_built_again(challenge, row, server, fill):
    """A restart may bring back an old copy that looks whole."""
    fill()
    server.hset(f"board:{{{challenge.pk}}}:people:versions", "~token", "earlier-life:1")
    Participant.objects.update(score=777)
    assert fill() == 1
    assert on_board(challenge) == [(PEOPLE.member(row.pk), 777)]


def test_lost_pushes_are_caught_up(alice, challenge, join, walk, fill):
    """A process that dies between its commit and its push."""
    join(alice)
    fill()
    walk(alice, 4000, now=NOON + timedelta(seconds=30))
    assert on_board(challenge)[0][1] == 0
    assert fill(NOON + timedelta(minutes=1)) == 0
    assert on_board(challenge)[0][1] == 4000


def test_pushes_lost_in_a_long_outage_are_caught_up(alice, bob, challenge, join, walk, fill):
    join(alice)
    join(bob)
    fill()
    walk(alice, 4000, now=NOON + timedelta(minutes=1))
    walk(bob, 3000, now=NOON + timedelta(hours=5))
    fill(NOON + timedelta(hours=6))
    assert [score for _, score in on_board(challenge)] == [4000, 3000]


def test_the_board_follows_commits(alice, bob, challenge, join, walk, fill, committed):
    fill()
    with committed():
        team = TeamFactory(challenge=challenge)
        join(alice, team)
        join(bob)
    with committed():
        walk(alice, 500)
        walk(bob, 800)
        assert [score for _, score in on_board(challenge)] == [0, 0]
    assert [score for _, score in on_board(challenge)] == [800, 500]
    assert on_board(challenge, TEAMS) == [(str(team.pk), 500)]
    with committed():
        membership.leave(challenge=challenge, person=bob, now=NOON)
    assert [score for _, score in on_board(challenge)] == [500]


def test_hidden_people_and_those_who_left_are_not_filled_in(challenge, row, fill):
    ParticipantFactory(challenge=challenge, hidden=True)
    ParticipantFactory(challenge=challenge, left_at=NOON)
    fill()
    assert on_board(challenge) == [(PEOPLE.member(row.pk), 100)]


def test_more_than_one_chunk(challenge, monkeypatch, fill):
    monkeypatch.setattr(refill, "CHUNK", 3)
    monkeypatch.setattr(board_store, "PUSH_AT_ONCE", 2)
    for score in range(8):
        ParticipantFactory(challenge=challenge, score=score)
    fill()
    assert [score for _, score in on_board(challenge)] == list(range(7, -1, -1))


def test_boards_of_final_challenges_are_left_alone(challenge, row, server):
    over = NOON + timedelta(days=100)
    assert refill.refill(now=over) == 0
    assert server.keys("board:*") == []


def test_boards_do_not_stay_for_ever(challenge, row, server, fill):
    fill()
    for key in server.keys("board:*"):
        assert 0 < server.ttl(key) <= 7 * 86400


def test_the_task_hides_and_refills(alice, challenge, join, time_machine):
    time_machine.move_to(NOON, tick=False)
    join(alice)
    alice.leaderboard_visibility = Visibility.HIDDEN
    alice.save()
    reconcile_visibility()
    refill_boards()
    assert on_board(challenge) == []


@pytest.fixture
def redis_down(settings, unused_tcp_port):
    settings.CACHE_URL = f"redis://127.0.0.1:{unused_tcp_port}/0"


@pytest.fixture
def unused_tcp_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_without_redis_everything_goes_on(
    alice, bob, challenge, join, walk, look, fill, committed, redis_down, caplog, monkeypatch
):
    monkeypatch.setattr(redis_gate, "REST_SECONDS", 0.0)
    with caplog.at_level(logging.WARNING), committed():
        join(alice, TeamFactory(challenge=challenge))
        join(bob)
        walk(alice, 500)
        walk(bob, 800)
    board = look(alice)
    assert [(entry.rank, entry.score) for entry in board.entries] == [(1, 800), (2, 500)]
    assert fill() == 0
    messages = [record for record in caplog.records if "boards.unavailable" in record.message]
    assert len(messages) == 1


def test_a_refused_redis_is_left_in_peace_for_a_while(redis_down, challenge, monkeypatch):
    door = board_store.door()
    with pytest.raises(BoardUnavailable):
        door.run_id()
    monkeypatch.setattr(door, "_redis", None)
    with pytest.raises(BoardUnavailable):
        door.run_id()


def test_redis_back_again_is_used_and_told(settings, challenge, row, monkeypatch, caplog):
    door = board_store.Door(django_settings.CACHE_URL)
    monkeypatch.setattr(redis_gate, "REST_SECONDS", 0.0)
    door._close(redis.ConnectionError("gone"))
    with caplog.at_level(logging.INFO, logger="challenges.board_store"):
        assert door.run_id()
        assert door.run_id()
    assert [r.message for r in caplog.records if "available again" in r.message] == [
        "boards.available again"
    ]


def test_a_team_made_later_is_on_the_board(challenge, fill, committed):
    fill()
    with committed():
        teams = planning.create_teams(challenge=challenge, names=["Red"], now=NOON)
    assert on_board(challenge, TEAMS) == [(str(teams[0].pk), 0)]


def test_rescoring_reaches_the_board(alice, challenge, join, walk, fill, committed):
    with committed():
        join(alice)
        walk(alice, 500)
    fill()
    Day.objects.update(steps=900)
    with committed():
        scoring.rescore(challenge_id=challenge.pk, now=NOON)
    assert [score for _, score in on_board(challenge)] == [900]
    assert Team.objects.count() == 0


def test_a_build_that_somebody_else_began_again_writes_nothing_old(challenge, row, monkeypatch):
    read = board_store.load

    def begin_again(*arguments):
        board_store.door().run("BEGIN", challenge.pk, "people", "another")
        read(*arguments)

    monkeypatch.setattr(board_store, "load", begin_again)
    assert not refill.build(PEOPLE, challenge, now=NOON)
    assert on_board(challenge) is None
