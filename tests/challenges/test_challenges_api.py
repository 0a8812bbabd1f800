"""The HTTP interface: Alice and Bob compete, Charlie works elsewhere, HR looks on."""

import uuid
from datetime import date, timedelta

import pytest

from challenges import answers, scoring
from challenges.phases import final_at, over_at
from steps.models import Day
from tests.factories import NOON, ChallengeFactory, ParticipantFactory, TeamFactory
from users.models import Visibility

TODAY = date(2026, 11, 20)
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def url(challenge):
    return f"/api/v1/challenges/{challenge.pk}"


def problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["code"] == code
    return answer.json()


def shaped(body, serializer):
    """Assert that a body has exactly the documented fields."""
    assert set(body) == set(serializer().fields)


def test_alice_joins_walks_and_leads(api, alice, bob, walk, url, committed, fill):
    """Alice joins a team, walks more than Bob, sees herself first, leaves and is gone."""
    fill()
    a, b = api(alice), api(bob)
    with committed():
        assert a.post(f"{url}/join", {}, format="json").status_code == 200
        joined = b.post(f"{url}/join", {}, format="json").json()
    shaped(joined, answers.ParticipationAnswer)
    assert (joined["joined"], joined["team"], joined["score"]) == (True, None, 0)
    with committed():
        walk(alice, 9000)
        walk(bob, 4000)
    board = a.get(f"{url}/leaderboard").json()
    shaped(board, answers.PeopleLeaderboardAnswer)
    shaped(board["entries"][0], answers.PersonEntryAnswer)
    assert [(e["rank"], e["name"], e["score"], e["is_me"]) for e in board["entries"]] == [
        (1, "Alice Adams", 9000, True),
        (2, "Bob Brown", 4000, False),
    ]
    assert board["me"]["rank"] == 1
    assert (board["as_of"], board["state"]) == ("2026-11-20T12:00:00Z", "live")
    assert b.get(f"{url}/leaderboard").json()["me"]["rank"] == 2
    with committed():
        left = a.post(f"{url}/leave").json()
    assert (left["joined"], left["joined_at"], left["score"]) == (False, None, 0)
    board = b.get(f"{url}/leaderboard").json()
    assert [e["name"] for e in board["entries"]] == ["Bob Brown"]
    assert a.get(f"{url}/leaderboard").json()["me"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", "/join"),
        ("post", "/leave"),
        ("get", "/leaderboard"),
        ("get", "/progress"),
    ],
)
def test_for_charlie_it_does_not_exist(api, charlie, acme, alice, url, method, path):
    draft = ChallengeFactory(organization=acme, published_at=None)
    client = api(charlie)
    problem(getattr(client, method)(url + path), 404, "not_found")
    for nonsense in (uuid.uuid4(), "nonsense", "%00", "1" * 300, "Ж"):
        there = f"/api/v1/challenges/{nonsense}{path}"
        problem(getattr(client, method)(there), 404, "not_found")
    problem(getattr(api(alice), method)(f"/api/v1/challenges/{draft.pk}{path}"), 404, "not_found")


def test_without_a_token(client, url):
    assert client.get(url).status_code == 401
    assert client.post(f"{url}/join").status_code == 401


def test_list_shows_own_published_challenges(api, alice, hr, acme, challenge, join):
    ChallengeFactory(organization=acme, published_at=None)
    ChallengeFactory()
    later = ChallengeFactory(
        organization=acme, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 31)
    )
    join(alice)
    body = api(alice).get("/api/v1/challenges").json()
    assert body["next"] is None
    assert [line["id"] for line in body["results"]] == [str(later.pk), str(challenge.pk)]
    line = body["results"][1]
    shaped(line, answers.CardAnswer)
    assert line == {
        "id": str(challenge.pk),
        "name": "November",
        "kind": "most_steps",
        "state": "live",
        "starts_on": "2026-11-01",
        "ends_on": "2026-11-30",
        "final_at": "2026-12-03T12:00:00Z",
        "joined": True,
        "participants": 1,
        "unit": "steps",
    }
    assert api(hr).get("/api/v1/challenges").json()["results"][1]["joined"] is False


@pytest.mark.parametrize("state", ["upcoming", "live", "closing", "final"])
def test_list_by_state(api, alice, challenge, state):
    moments = {
        "upcoming": NOON - timedelta(days=28),
        "live": NOON,
        "closing": over_at(challenge.ends_on),
        "final": final_at(challenge),
    }
    client = api(alice)
    found = []
    for name, moment in moments.items():
        # The token is of now; only the room's own clock moves.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("challenges.api.timezone.now", lambda moment=moment: moment)
            body = client.get("/api/v1/challenges", {"state": state}).json()
        found += [(name, line["state"]) for line in body["results"]]
    assert found == [(state, state)]


def test_a_state_that_does_not_exist(api, alice):
    for state in ("draft", "running", "\x00"):
        body = problem(api(alice).get("/api/v1/challenges", {"state": state}), 400, "invalid")
        assert "state" in body["errors"]


def test_details_have_rules_in_words_and_as_data(api, alice, challenge, url, join):
    red = TeamFactory(challenge=challenge, name="Red")
    join(alice, red)
    body = api(alice).get(url).json()
    shaped(body, answers.DetailsAnswer)
    shaped(body["rules"], answers.RulesAnswer)
    assert body["rules"]["manual_policy"] == "exclude"
    assert body["rules"]["daily_cap"] is None
    assert body["rules"]["grace_hours"] == 48
    assert "There is no daily maximum." in body["rules"]["words"]
    assert body["teams"] == [{"id": str(red.pk), "name": "Red", "members": 1, "full": False}]
    assert body["team"] == {
        "id": str(red.pk),
        "name": "Red",
        "is_captain": False,
        "invite": red.invite,
        "url": f"http://testserver/join/{red.invite}",
    }
    assert (body["joined"], body["participants"], body["state"]) == (True, 1, "live")


def test_joining_a_team(api, alice, challenge, url):
    red, blue = TeamFactory(challenge=challenge), TeamFactory(challenge=challenge)
    client = api(alice)
    for _ in range(2):
        body = client.post(f"{url}/join", {"team_id": str(red.pk)}, format="json").json()
        assert (body["team"]["id"], body["team"]["name"]) == (str(red.pk), red.name)
    answer = client.post(f"{url}/join", {"team_id": str(blue.pk)}, format="json")
    problem(answer, 409, "team_already_chosen")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"team_id": "x"}, "team_id"),
        ({"team_id": 7.5}, "team_id"),
        ({"team_id": str(uuid.uuid4())}, "team_id"),
        ([], None),
        ("text", None),
        (7, None),
    ],
)
def test_bad_bodies_of_a_join(api, alice, url, body, field):
    answer = api(alice).post(f"{url}/join", body, format="json")
    errors = problem(answer, 400, "invalid")["errors"]
    assert field is None or field in errors


def test_a_team_of_another_challenge_does_not_exist(api, alice, acme, url):
    elsewhere = TeamFactory(challenge=ChallengeFactory(organization=acme))
    answer = api(alice).post(f"{url}/join", {"team_id": str(elsewhere.pk)}, format="json")
    assert "team_id" in problem(answer, 400, "invalid")["errors"]


def test_a_challenge_that_is_over_takes_nobody(api, alice, acme):
    over = ChallengeFactory(organization=acme, ends_on=date(2026, 11, 10))
    client = api(alice)
    problem(client.post(f"/api/v1/challenges/{over.pk}/join"), 409, "challenge_closed")


def test_a_result_cannot_be_left(api, alice, acme):
    over = ChallengeFactory(organization=acme, ends_on=date(2026, 11, 10))
    ParticipantFactory(challenge=over, person=alice)
    problem(api(alice).post(f"/api/v1/challenges/{over.pk}/leave"), 409, "challenge_closed")


def test_leaving_without_having_joined(api, alice, url):
    body = api(alice).post(f"{url}/leave").json()
    assert body["joined"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"board": "dogs"}, "board"),
        ({"view": "bottom"}, "view"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "x" * 300}, "cursor"),
        ({"cursor": "\x00"}, "cursor"),
        ({"cursor": "MTI6ZmZmZmZmZmZmZmZmZmZmZg"}, "cursor"),
    ],
)
def test_bad_queries_of_a_leaderboard(api, alice, url, query, field):
    answer = api(alice).get(f"{url}/leaderboard", query)
    assert set(problem(answer, 400, "invalid")["errors"]) == {field}


def test_pages_and_teams_over_http(api, alice, bob, challenge, url, join, walk):
    red = TeamFactory(challenge=challenge, name="Red")
    join(alice, red)
    join(bob)
    walk(alice, 10)
    client = api(bob)
    first = client.get(f"{url}/leaderboard", {"limit": 1}).json()
    second = client.get(f"{url}/leaderboard", {"limit": 1, "cursor": first["next"]}).json()
    assert [first["entries"][0]["name"], second["entries"][0]["name"]] == [
        "Alice Adams",
        "Bob Brown",
    ]
    assert second["next"] is None
    around = client.get(f"{url}/leaderboard", {"view": "around_me", "limit": 1}).json()
    assert [e["is_me"] for e in around["entries"]] == [True]
    teams = client.get(f"{url}/leaderboard", {"board": "teams"}).json()
    shaped(teams, answers.GroupsLeaderboardAnswer)
    shaped(teams["entries"][0], answers.GroupEntryAnswer)
    assert (teams["entries"][0]["members"], teams["me"]) == (1, None)


def test_hidden_bob(api, alice, bob, url, join, walk):
    bob.leaderboard_visibility = Visibility.HIDDEN
    bob.save()
    join(alice)
    join(bob)
    walk(bob, 10)
    seen = api(alice).get(f"{url}/leaderboard").json()
    assert [(e["rank"], e["name"]) for e in seen["entries"]] == [(1, "Alice Adams")]
    own = api(bob).get(f"{url}/leaderboard").json()
    assert [e["name"] for e in own["entries"]] == ["Alice Adams"]
    assert (own["me"]["rank"], own["me"]["score"], own["me"]["is_me"]) == (1, 10, True)


def test_an_unchanged_board_is_not_sent_again(api, alice, bob, url, join, walk, time_machine):
    join(alice)
    walk(alice, 10)
    client = api(alice)
    first = client.get(f"{url}/leaderboard")
    tag = first["ETag"]
    time_machine.move_to(NOON + timedelta(seconds=30), tick=False)
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        answer = client.get(f"{url}/leaderboard", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert client.get(f"{url}/leaderboard", headers={"If-None-Match": '"x"'}).status_code == 200
    walk(alice, 11)
    changed = client.get(f"{url}/leaderboard", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_tags_of_two_people_differ(api, alice, bob, url, join):
    join(alice)
    join(bob)
    tags = {api(person).get(f"{url}/leaderboard")["ETag"] for person in (alice, bob)}
    assert len(tags) == 2


def test_progress(api, alice, challenge, url, join, walk):
    challenge.daily_cap = 9000
    challenge.starts_on = date(2026, 11, 17)
    challenge.save()
    join(alice)
    walk(alice, 12000, date(2026, 11, 18))
    walk(alice, 0, date(2026, 11, 19))
    walk(alice, 10, TODAY)
    body = api(alice).get(f"{url}/progress").json()
    shaped(body["results"][0], answers.ProgressDayAnswer)
    assert [
        (d["date"], d["steps"], d["counted"], d["capped"], d["points"], d["status"])
        for d in body["results"]
    ] == [
        ("2026-11-17", None, 0, False, 0, "provisional"),
        ("2026-11-18", 12000, 9000, True, 9000, "provisional"),
        ("2026-11-19", 0, 0, False, 0, "provisional"),
        ("2026-11-20", 10, 10, False, 10, "live"),
    ]
    assert {d["goal_met"] for d in body["results"]} == {None}


@pytest.mark.parametrize(
    ("zone", "last"),
    [("Pacific/Pago_Pago", "2026-11-20"), ("Pacific/Kiritimati", "2026-11-21")],
)
def test_progress_ends_today_where_the_person_is(api, alice, url, join, zone, last):
    alice.timezone = zone
    alice.save()
    join(alice)
    assert api(alice).get(f"{url}/progress").json()["results"][-1]["date"] == last


def test_progress_before_the_start_is_empty(api, alice, acme):
    upcoming = ChallengeFactory(
        organization=acme, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 2)
    )
    client = api(alice)
    there = f"/api/v1/challenges/{upcoming.pk}"
    client.post(f"{there}/join")
    assert client.get(f"{there}/progress").json() == {"results": [], "next": None}


def test_progress_of_a_stranger_to_the_challenge(api, alice, url, challenge):
    problem(api(alice).get(f"{url}/progress"), 404, "not_joined")


def test_progress_of_a_result_stays_when_days_change_later(api, alice, acme):
    over = ChallengeFactory(organization=acme, ends_on=date(2026, 11, 3))
    row = ParticipantFactory(challenge=over, person=alice)
    row.scored_days.create(date=date(2026, 11, 2), steps=70, counted=70)
    Day.objects.create(
        person=alice, date=date(2026, 11, 2), steps=99, zone="Europe/Berlin", updated_at=NOON
    )
    scoring.record_days(person_id=alice.pk, dates=[date(2026, 11, 2)], now=NOON)
    days = api(alice).get(f"/api/v1/challenges/{over.pk}/progress").json()["results"]
    assert [(d["steps"], d["status"]) for d in days] == [
        (None, "final"),
        (70, "final"),
        (None, "final"),
    ]
