"""Leaderboards: ranks, windows, pages; PostgreSQL and Redis say the same."""

import random
from datetime import timedelta

import pytest

from challenges import boards, ladder_postgres, membership
from challenges.entrants import BOARDS, PEOPLE, TEAMS
from challenges.ladder import Ask, BadCursor, Key
from challenges.models import Participant, Team
from challenges.phases import final_at, over_at
from steps.models import Freshness
from tests.factories import NOON, ParticipantFactory, TeamFactory, UserFactory
from users.models import Visibility


@pytest.fixture
def crowd(challenge):
    """Return 40 participants with many ties, some hidden, some gone, in 7 teams."""
    dice = random.Random(20261120)
    teams = [TeamFactory(challenge=challenge, score=dice.choice([0, 10, 10, 20])) for _ in range(7)]
    return [
        ParticipantFactory(
            challenge=challenge,
            score=dice.choice([0, 5, 5, 7, 7, 7, 12, dice.randrange(10**9)]),
            hidden=dice.random() < 0.2,
            left_at=NOON if dice.random() < 0.1 else None,
            team=dice.choice([*teams, None]),
        )
        for _ in range(40)
    ]


def asks(board, rows):
    """Every way to ask, as everybody and as nobody, with keys that exist and keys that do not."""
    keys = [Key(row.score, board.member(row.pk)) for row in rows]
    gone = [Key(6, keys[0].member), Key(10**10, keys[1].member), Key(0, keys[-1].member)]
    for limit in (1, 4, 7, 100):
        yield Ask(limit=limit)
        yield Ask(limit=limit, around_me=True)
        for key in keys:
            yield Ask(limit=limit, me=key)
            yield Ask(limit=limit, me=key, around_me=True)
            yield Ask(limit=limit, after=key, me=keys[0])
        for key in gone:
            yield Ask(limit=limit, after=key)


def test_redis_and_postgresql_answer_alike(challenge, crowd, fill):
    fill()
    compared = 0
    people = [row for row in crowd if row.left_at is None]
    for board, rows in ((PEOPLE, people), (TEAMS, list(Team.objects.all()))):
        for ask in asks(board, rows):
            truth = ladder_postgres.read(board, challenge, ask)
            assert boards.read(board, challenge, ask) == truth, ask
            compared += 1
    assert compared > 400


@pytest.mark.parametrize("board", list(BOARDS.values()), ids=list(BOARDS))
def test_an_empty_board(challenge, fill, board):
    fill()
    ask = Ask(limit=5)
    assert ladder_postgres.read(board, challenge, ask).slots == ()
    assert boards.read(board, challenge, ask) == ladder_postgres.read(board, challenge, ask)


@pytest.fixture(params=["postgresql", "redis"])
def source(request, fill):
    """Run a test against both; call the value once the data are there."""
    return fill if request.param == "redis" else lambda: None


def named(challenge, name, score, **more):
    person = UserFactory(organization=challenge.organization, display_name=name)
    return ParticipantFactory(challenge=challenge, person=person, score=score, steps=score, **more)


def test_ties_share_a_rank(challenge, alice, look, source):
    for name, score in [("A", 9), ("B", 8), ("C", 8), ("D", 7)]:
        named(challenge, name, score)
    source()
    assert [(e.rank, e.name) for e in look(alice).entries] == [
        (1, "A"),
        (2, "B"),
        (2, "C"),
        (4, "D"),
    ]


def test_pages_follow_each_other_without_gap_or_repeat(challenge, alice, look, source):
    for n in range(11):
        named(challenge, f"P{n:02}", 5 if n < 7 else 3)
    source()
    seen, ranks, cursor = [], [], None
    for _ in range(4):
        page = look(alice, limit=3, cursor=cursor)
        seen += [entry.name for entry in page.entries]
        ranks += [entry.rank for entry in page.entries]
        cursor = page.next
    assert cursor is None
    assert seen == [f"P{n:02}" for n in range(11)]
    assert ranks == [1] * 7 + [8] * 4


def test_around_me(challenge, alice, look, source):
    for n in range(20):
        named(challenge, f"P{n}", 1000 - n)
    ParticipantFactory(challenge=challenge, person=alice, score=990, steps=995)
    source()
    board = look(alice, view="around_me", limit=5)
    assert [e.name for e in board.entries] == ["P9", "P10", "Alice Adams", "P11", "P12"]
    assert [e.rank for e in board.entries] == [10, 11, 11, 13, 14]
    assert [e.is_me for e in board.entries] == [False, False, True, False, False]
    assert board.me == board.entries[2]
    assert (board.me.score, board.me.steps) == (990, 995)
    following = look(alice, view="around_me", limit=2, cursor=board.next)
    assert [e.name for e in following.entries] == ["P13", "P14"]


def test_around_somebody_at_the_end_is_a_full_window(challenge, alice, look, source):
    for n in range(6):
        named(challenge, f"P{n}", 10 - n)
    ParticipantFactory(challenge=challenge, person=alice, score=0)
    source()
    names = [e.name for e in look(alice, view="around_me", limit=4).entries]
    assert names == ["P3", "P4", "P5", "Alice Adams"]


def test_own_line_agrees_with_the_page_while_redis_lags(challenge, alice, look, join, walk, fill):
    join(alice)
    walk(alice, 10)
    fill()
    walk(alice, 20)
    board = look(alice, view="around_me")
    assert board.me == board.entries[0]
    assert board.me.score == 10


def test_around_nobody_is_the_top(challenge, hr, look, source):
    named(challenge, "A", 9)
    source()
    board = look(hr, view="around_me")
    assert [e.name for e in board.entries] == ["A"]
    assert board.me is None


def test_hidden_people_see_only_their_own_line(challenge, alice, bob, look, source):
    named(challenge, "A", 9)
    alice.leaderboard_visibility = Visibility.HIDDEN
    alice.save()
    ParticipantFactory(challenge=challenge, person=alice, score=8, hidden=True)
    ParticipantFactory(challenge=challenge, person=bob, score=7)
    source()
    theirs, others = look(alice), look(bob)
    assert [e.name for e in theirs.entries] == ["A", "Bob Brown"]
    assert (theirs.me.rank, theirs.me.name, theirs.me.score) == (2, "Alice Adams", 8)
    assert [(e.rank, e.name) for e in others.entries] == [(1, "A"), (2, "Bob Brown")]


def test_a_name_hidden_a_moment_ago_is_not_shown(challenge, alice, bob, look, source):
    ParticipantFactory(challenge=challenge, person=alice, score=8)
    ParticipantFactory(challenge=challenge, person=bob, score=7)
    source()
    alice.leaderboard_visibility = Visibility.HIDDEN
    alice.save()
    assert [e.name for e in look(bob).entries] == ["Bob Brown"]


def test_a_row_gone_from_the_tables_gives_no_line(challenge, alice, bob, look, fill):
    ParticipantFactory(challenge=challenge, person=alice, score=8)
    ParticipantFactory(challenge=challenge, person=bob, score=7)
    fill()
    Participant.objects.filter(person=alice).delete()
    assert [e.name for e in look(bob).entries] == ["Bob Brown"]


def test_aliases(challenge, alice, bob, look):
    alice.leaderboard_name = "Ally"
    alice.leaderboard_visibility = Visibility.ALIAS
    alice.save()
    ParticipantFactory(challenge=challenge, person=alice)
    assert look(bob).entries[0].name == "Ally"


def test_teams(challenge, alice, bob, look, join, walk, source):
    red = TeamFactory(challenge=challenge, name="Red")
    TeamFactory(challenge=challenge, name="Blue", score=500)
    join(alice, red)
    join(bob, red)
    walk(alice, 300)
    walk(bob, 400)
    gone = named(challenge, "Gone", 50, team=red)
    membership.leave(challenge=challenge, person=gone.person, now=NOON)
    source()
    board = look(alice, board="teams")
    assert [(e.rank, e.name, e.score, e.steps, e.members, e.is_me) for e in board.entries] == [
        (1, "Red", 700, 700, 2, True),
        (2, "Blue", 500, 0, 0, False),
    ]
    assert board.me == board.entries[0]
    assert look(alice).entries[0].team == "Red"


def test_who_has_no_team_has_no_line_on_the_team_board(challenge, alice, look, join):
    TeamFactory(challenge=challenge, name="Red")
    join(alice)
    assert look(alice, board="teams", view="around_me").me is None


def test_freshness_comes_with_the_line(challenge, alice, bob, look):
    ParticipantFactory(challenge=challenge, person=alice, score=2)
    ParticipantFactory(challenge=challenge, person=bob, score=1)
    Freshness.objects.create(person=alice, confirmed_at=NOON - timedelta(hours=25))
    assert [e.freshness for e in look(bob).entries] == ["stale", "none"]


@pytest.mark.parametrize("cursor", ["nonsense", "MTA6YWJj"])
def test_a_cursor_of_nobody_is_refused(challenge, alice, look, cursor):
    for board in BOARDS:
        with pytest.raises(BadCursor):
            look(alice, board=board, cursor=cursor)


def test_a_cursor_of_the_other_board_is_refused(challenge, alice, look):
    for n in range(2):
        named(challenge, f"P{n}", n)
        TeamFactory(challenge=challenge)
    with pytest.raises(BadCursor):
        look(alice, board="teams", cursor=look(alice, limit=1).next)
    with pytest.raises(BadCursor):
        look(alice, cursor=look(alice, board="teams", limit=1).next)


def test_state_of_the_board(challenge, alice, look):
    over, final = over_at(challenge.ends_on), final_at(challenge)
    states = [look(alice, now=now).state for now in (NOON, over, final)]
    assert states == ["live", "provisional", "final"]
