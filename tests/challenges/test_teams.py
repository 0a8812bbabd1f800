"""Teams made by people, staff, chance and department; who moves, and what becomes of steps."""

from datetime import date, timedelta

import pytest

from challenges import membership, planning, teams
from challenges.drift import drifts
from challenges.models import AuditEntry, Participant, Team, TeamStay
from challenges.phases import final_at, over_at
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from tests.factories import NOON, ChallengeFactory, TeamFactory, UserFactory
from users.models import Group

YESTERDAY, TODAY = date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture
def open_teams(challenge):
    return ruled(challenge, formed_by="people", largest=2)


def ruled(challenge, **rules):
    challenge.team_rules = rules
    challenge.save()
    return challenge


def refusal(operation, **arguments):
    with pytest.raises(MembershipRefused) as caught:
        operation(now=arguments.pop("now", NOON), **arguments)
    return caught.value.code


def score(team):
    return Team.objects.get(pk=team.pk).score


def test_somebody_makes_a_team_and_invites(open_teams, alice, bob, join, walk):
    join(alice)
    walk(alice, 100)
    team = teams.form(challenge=open_teams, person=alice, name=" Walkers ", now=NOON)
    assert (team.name, team.captain.person, score(team)) == ("Walkers", alice, 100)
    assert teams.invited(open_teams, team.invite) == team
    assert teams.invited(open_teams, "guess") is None
    assert teams.invited(ChallengeFactory(), team.invite) is None
    old = team.invite
    renewed = teams.renew_invite(team=team, person=alice, now=NOON)
    assert teams.invited(open_teams, old) is None
    assert teams.invited(open_teams, renewed.invite) == team
    join(bob, team)
    assert refusal(teams.renew_invite, team=team, person=bob) == "not_captain"


def test_teams_from_before_invitations_invite_nobody(challenge):
    TeamFactory(challenge=challenge, invite="")
    assert teams.invited(challenge, "") is None


def test_who_cannot_make_a_team(open_teams, alice, bob, join):
    form = {"operation": teams.form, "challenge": open_teams, "name": "W"}
    assert refusal(**form, person=alice) == "not_joined"
    join(alice)
    assert refusal(**form, person=alice, now=over_at(open_teams.ends_on)) == "challenge_closed"
    teams.form(challenge=open_teams, person=alice, name="W", now=NOON)
    assert refusal(**form, person=alice) == "team_already_chosen"
    join(bob)
    with pytest.raises(PlanInvalid):
        teams.form(challenge=open_teams, person=bob, name="w", now=NOON)
    ruled(open_teams)
    assert refusal(**form, person=bob) == "teams_by_staff"


def test_a_full_team_takes_nobody(acme, open_teams, join):
    team = TeamFactory(challenge=open_teams)
    first, second, third = (UserFactory(organization=acme) for _ in range(3))
    join(first, team)
    join(second)
    join(second, team)
    assert refusal(membership.join, challenge=open_teams, person=third, team=team) == "team_full"
    membership.leave(challenge=open_teams, person=first, now=NOON)
    join(third, team)
    assert refusal(membership.join, challenge=open_teams, person=first) == "team_full"


def test_a_captain_who_leaves_hands_over(open_teams, alice, bob, join):
    join(alice)
    team = teams.form(challenge=open_teams, person=alice, name="W", now=NOON)
    join(bob, team)
    membership.leave(challenge=open_teams, person=alice, now=NOON)
    assert Team.objects.get(pk=team.pk).captain.person == bob
    membership.leave(challenge=open_teams, person=bob, now=NOON)
    assert Team.objects.get(pk=team.pk).captain is None


@pytest.fixture
def red(challenge):
    return TeamFactory(challenge=challenge, name="Red")


@pytest.fixture
def blue(challenge):
    return TeamFactory(challenge=challenge, name="Blue")


@pytest.fixture
def move(challenge, alice, hr):
    def put(team, **more):
        arguments = {"now": NOON, "actor": hr} | more
        return teams.move(challenge=challenge, person=alice, team=team, **arguments)

    return put


def test_steps_move_along(challenge, alice, red, blue, join, walk, move):
    join(alice, red)
    walk(alice, 700, YESTERDAY)
    walk(alice, 50)
    move(blue, reason="New desk")
    assert (score(red), score(blue)) == (0, 750)
    assert list(drifts(challenge)) == []
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason) == ("moved", "New desk")
    assert (entry.before, entry.after) == ({"team": str(red.pk)}, {"team": str(blue.pk)})


def test_steps_stay(challenge, alice, red, blue, join, walk, move, standing):
    ruled(challenge, moved_steps="stay")
    join(alice, red)
    walk(alice, 700, YESTERDAY)
    walk(alice, 50)
    move(blue)
    assert (score(red), score(blue)) == (700, 50)
    walk(alice, 800, YESTERDAY)
    walk(alice, 60)
    assert (score(red), score(blue), standing(alice)) == (800, 60, (860, 860))
    move(None, now=NOON + timedelta(days=2))
    walk(alice, 5, date(2026, 11, 22))
    assert (score(red), score(blue)) == (800, 60)
    assert list(drifts(challenge)) == []
    membership.leave(challenge=challenge, person=alice, now=NOON)
    assert (score(red), score(blue)) == (0, 0)


def test_moving_twice_on_a_day_leaves_no_empty_stay(challenge, alice, red, blue, join, walk, move):
    ruled(challenge, moved_steps="stay")
    join(alice, red)
    walk(alice, 700, YESTERDAY)
    move(blue)
    move(red)
    assert TeamStay.objects.count() == 1
    walk(alice, 50)
    assert (score(red), score(blue)) == (750, 0)


def test_moving_before_the_start_leaves_nothing_behind(acme, alice, hr):
    upcoming = ChallengeFactory(
        organization=acme,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 1, 9),
        team_rules={"moved_steps": "stay"},
    )
    first, second = TeamFactory(challenge=upcoming), TeamFactory(challenge=upcoming)
    membership.join(challenge=upcoming, person=alice, team=first, now=NOON)
    row = teams.move(challenge=upcoming, person=alice, team=second, now=NOON, actor=hr)
    assert row.team_since is None
    assert not TeamStay.objects.exists()


def test_a_move_that_cannot_be(challenge, alice, bob, red, join, move):
    assert (
        refusal(teams.move, challenge=challenge, person=bob, team=red, actor=None) == "not_joined"
    )
    join(alice)
    elsewhere = TeamFactory()
    for team, now, code in (
        (elsewhere, NOON, "unknown_team"),
        (red, final_at(challenge), "challenge_closed"),
    ):
        with pytest.raises(MembershipRefused) as caught:
            move(team, now=now)
        assert caught.value.code == code
    move(None)
    assert not AuditEntry.objects.exists()


def test_at_random_teams_come_out_even(acme, challenge, join, hr, red, blue):
    people = [UserFactory(organization=acme) for _ in range(7)]
    for person in people:
        join(person)
    assert teams.assign_at_random(challenge=challenge, now=NOON, actor=hr) == 7
    sizes = [Participant.objects.filter(team=team).count() for team in (red, blue)]
    assert sorted(sizes) == [3, 4]
    assert teams.assign_at_random(challenge=challenge, now=NOON, actor=hr) == 0


def test_at_random_needs_room(acme, challenge, join, red):
    ruled(challenge, largest=1)
    for _ in range(2):
        join(UserFactory(organization=acme))
    with pytest.raises(PlanInvalid):
        teams.assign_at_random(challenge=challenge, now=NOON, actor=None)
    assert not Participant.objects.exclude(team=None).exists()


def test_by_department(acme, alice, bob, charlie, challenge, join, walk, hr):
    sales = Group.objects.create(organization=acme, kind="department", name="Sales")
    Group.objects.create(organization=acme, kind="site", name="Berlin").people.add(alice)
    works = Group.objects.create(organization=acme, kind="department", name="Works")
    sales.people.add(alice)
    works.people.add(alice, bob)
    TeamFactory(challenge=challenge, name="WORKS")
    alone = UserFactory(organization=acme)
    for person in (alice, bob, alone):
        join(person)
    walk(alice, 100)
    assert teams.assign_by_department(challenge=challenge, now=NOON, actor=hr) == 2
    placed = {row.person: row.team and row.team.name for row in Participant.objects.all()}
    assert placed == {alice: "Sales", bob: "WORKS", alone: None}
    assert Team.objects.get(name="Sales").score == 100
    assert AuditEntry.objects.filter(action="assigned_by_department").exists()


def test_a_department_that_is_too_large(acme, alice, bob, challenge, join):
    ruled(challenge, largest=1)
    Group.objects.create(organization=acme, kind="department", name="Sales").people.add(alice, bob)
    join(alice)
    join(bob)
    with pytest.raises(PlanInvalid):
        teams.assign_by_department(challenge=challenge, now=NOON, actor=None)
    assert not Team.objects.exists()


def test_too_late_for_teams(challenge):
    for operation in (teams.assign_at_random, teams.assign_by_department):
        with pytest.raises(PlanInvalid):
            operation(challenge=challenge, now=over_at(challenge.ends_on), actor=None)


def test_averages_follow_members(acme, challenge, join, walk, red):
    ruled(challenge, mode="average_all")
    first, second = (UserFactory(organization=acme) for _ in range(2))
    join(first, red)
    walk(first, 1001)
    join(second, red)
    assert (score(red), Team.objects.get(pk=red.pk).tiebreak) == (500, 500)
    walk(second, 0)
    ruled(challenge, mode="average_with_data")
    walk(second, 1)
    assert score(red) == 501


def test_teams_over_http(api, open_teams, alice, bob, time_machine):
    time_machine.move_to(NOON, tick=False)
    url, a, b = f"/api/v1/challenges/{open_teams.pk}", api(alice), api(bob)
    assert a.post(f"{url}/teams", {"name": "W"}, format="json").json()["code"] == "not_joined"
    a.post(f"{url}/join")
    made = a.post(f"{url}/teams", {"name": "Walkers"}, format="json")
    assert made.status_code == 201
    team = made.json()
    assert (team["name"], team["is_captain"]) == ("Walkers", True)
    joined = b.post(f"{url}/join", {"invite": team["invite"]}, format="json").json()
    assert (joined["team"]["id"], joined["team"]["is_captain"]) == (team["id"], False)
    renew = f"{url}/teams/{team['id']}/invite"
    assert b.post(renew).json()["code"] == "not_captain"
    assert a.post(renew).json()["invite"] != team["invite"]
    assert a.post(f"{url}/teams/nonsense/invite").status_code == 404
    assert a.post(f"{url}/teams/{TeamFactory().pk}/invite").status_code == 404
    stale = b.post(f"{url}/join", {"invite": team["invite"]}, format="json")
    assert set(stale.json()["errors"]) == {"invite"}
    third = api(UserFactory(organization=alice.organization))
    full = third.post(f"{url}/join", {"team_id": team["id"]}, format="json")
    assert (full.status_code, full.json()["code"]) == (409, "team_full")
    third.post(f"{url}/join")
    bad = third.post(f"{url}/teams", {"name": "walkers"}, format="json")
    assert (bad.status_code, set(bad.json()["errors"])) == (400, {"name"})
    details = third.get(url).json()
    assert details["teams"][0]["full"] is True
    assert "invite" not in details["teams"][0]


def test_teams_by_staff_are_noted(challenge, hr):
    planning.create_teams(challenge=challenge, names=["Red"], now=NOON, actor=hr)
    assert AuditEntry.objects.get().after == {"names": ["Red"]}
