"""Challenges over HTTP for the people who run them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from challenges import results
from challenges.models import AuditEntry, Challenge, Participant, Team
from challenges.staff_urls import urlpatterns
from tests.factories import ChallengeFactory, ParticipantFactory, TeamFactory, UserFactory
from users.models import Role

BASE = "/api/v1/staff/challenges"
DAY = timedelta(days=1)


@pytest.fixture
def plan():
    today = timezone.now().date()
    return {
        "name": "Spring Walk",
        "kind": "journey",
        "settings": {"length": 5000, "waypoints": [{"at": 10, "name": "Bridge"}]},
        "starts_on": str(today + 7 * DAY),
        "ends_on": str(today + 20 * DAY),
        "team_rules": {"mode": "best", "number": 3},
    }


@pytest.fixture
def live(acme):
    today = timezone.now().date()
    return ChallengeFactory(organization=acme, starts_on=today - DAY, ends_on=today + 9 * DAY)


@pytest.fixture
def boss(api, hr):
    return api(hr)


def test_a_challenge_is_planned_and_published(boss, hr, acme, plan):
    made = boss.post(BASE, plan, format="json")
    assert made.status_code == 201
    body = made.json()
    assert (body["state"], body["rules"]["settings"]["length"]) == ("draft", 5000)
    assert "The route is 5,000 metres long; your score is your way." in body["words"]
    where = f"{BASE}/{body['id']}"
    changed = boss.patch(where, {"daily_cap": 9000}, format="json").json()
    assert changed["rules"]["daily_cap"] == 9000
    assert boss.post(f"{where}/publish").json()["state"] == "upcoming"
    assert [row["id"] for row in boss.get(BASE).json()["results"]] == [body["id"]]
    trail = boss.get(f"{where}/audit").json()["results"]
    assert [row["action"] for row in trail] == ["published", "edited", "created"]
    assert trail[0]["by"] == hr.display_name


def test_a_race_has_no_last_day(boss, plan):
    race = plan | {"kind": "race", "settings": {"target": 5}, "ends_on": None}
    body = boss.post(BASE, race, format="json").json()
    assert (body["rules"]["ends_on"], body["final_at"]) == (None, None)
    where = f"{BASE}/{body['id']}"
    ended = boss.patch(where, {"ends_on": plan["ends_on"]}, format="json").json()
    assert ended["rules"]["ends_on"] == plan["ends_on"]
    assert boss.patch(where, {"ends_on": None}, format="json").json()["final_at"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": []}, "kind"),
        ({"settings": {"length": 0}}, "settings"),
        ({"settings": []}, "settings"),
        ({"settings": {"length": 5, "waypoints": [{"at": 1, "name": "a\x00"}]}}, "settings"),
        ({"settings": {"length": 5, "waypoints": [{"at": 1, "name": "\ud800"}]}}, "settings"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": "2000-01-01"}, "ends_on"),
        ({"starts_on": "x"}, "starts_on"),
        ({"daily_cap": 10**30}, "daily_cap"),
        ({"minimum_day": -1}, "minimum_day"),
        ({"manual_policy": "limit"}, "manual_limit"),
        ({"providers": ["?"]}, "providers"),
        ({"team_rules": {"mode": "best"}}, "team_rules"),
        ({"grace_hours": 73}, "grace_hours"),
    ],
)
def test_bad_plans_are_refused_by_field(boss, plan, change, field):
    answer = boss.post(BASE, json.dumps(plan | change), content_type="application/json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Challenge.objects.exists()


def test_what_may_not_change_is_refused(boss, live):
    answer = boss.patch(f"{BASE}/{live.pk}", {"daily_cap": 5}, format="json")
    assert answer.status_code == 400
    assert "daily_cap" in answer.json()["errors"]


def test_a_running_challenge_is_closed_and_a_result_opened_again(boss, live):
    where = f"{BASE}/{live.pk}"
    assert boss.post(f"{where}/close").status_code == 200
    body = {"reason": "Late tracker", "hours": 5}
    assert boss.post(f"{where}/reopen", body, format="json").status_code == 400
    today = timezone.now().date()
    Challenge.objects.update(starts_on=today - 9 * DAY, ends_on=today - 8 * DAY)
    live.refresh_from_db()
    results.finalise(challenge=live, now=timezone.now())
    assert boss.post(f"{where}/close").status_code == 400
    assert boss.post(f"{where}/reopen", {"hours": 5}, format="json").status_code == 400
    assert boss.post(f"{where}/reopen", body, format="json").json()["state"] == "closing"


def test_teams_are_made_filled_and_changed(boss, acme, live):
    where = f"{BASE}/{live.pk}/teams"
    made = boss.post(where, {"names": ["Ibex", "Lynx"]}, format="json")
    assert [row["name"] for row in made.json()["results"]] == ["Ibex", "Lynx"]
    again = boss.post(where, {"names": ["ibex"]}, format="json")
    assert list(again.json()["errors"]) == ["names"]
    for person in UserFactory.create_batch(4, organization=acme):
        ParticipantFactory(challenge=live, person=person)
    assert boss.post(f"{where}/fill", {"by": "random"}, format="json").json() == {"people": 4}
    team = Team.objects.get(name="Ibex")
    captain = team.members.first().pk
    change = {"name": "Chamois", "captain_id": captain}
    changed = boss.put(f"{where}/{team.pk}", change, format="json").json()
    assert (changed["name"], changed["captain_id"], changed["members"]) == ("Chamois", captain, 2)
    renewed = boss.post(f"{where}/{team.pk}/invite").json()
    assert renewed["invite"] != team.invite
    bad = boss.put(f"{where}/{team.pk}", {"name": "lynx", "captain_id": None}, format="json")
    assert list(bad.json()["errors"]) == ["name"]


def test_only_managers_get_invitations(api, acme, live):
    TeamFactory(challenge=live)
    viewer = api(UserFactory(organization=acme, role=Role.HR_VIEWER))
    rows = viewer.get(f"{BASE}/{live.pk}/teams").json()["results"]
    assert [row["invite"] for row in rows] == [None]


def test_people_are_added_moved_and_taken_out(boss, live, alice):
    where = f"{BASE}/{live.pk}/participants"
    team = TeamFactory(challenge=live)
    row = boss.post(where, {"email": alice.email}, format="json").json()
    moved = boss.post(f"{where}/{row['id']}/move", {"team_id": str(team.pk)}, format="json")
    assert moved.json()["team_id"] == str(team.pk)
    assert boss.post(f"{where}/{row['id']}/remove", {}, format="json").status_code == 400
    out = boss.post(f"{where}/{row['id']}/remove", {"reason": "Left"}, format="json").json()
    assert out["left_at"] is not None
    assert [each["id"] for each in boss.get(where).json()["results"]] == [row["id"]]
    gone = boss.post(f"{where}/{row['id']}/move", {"team_id": None}, format="json")
    assert (gone.status_code, gone.json()["code"]) == (409, "not_joined")


def test_people_and_teams_of_others_are_refused(boss, live, alice, charlie):
    where = f"{BASE}/{live.pk}/participants"
    assert boss.post(where, {"email": charlie.email}, format="json").status_code == 400
    foreign = {"email": alice.email, "team_id": str(TeamFactory().pk)}
    assert list(boss.post(where, foreign, format="json").json()["errors"]) == ["team_id"]
    assert not Participant.objects.filter(person__in=[alice, charlie]).exists()


ROUTES = [
    (route.name, str(route.pattern), method)
    for route in urlpatterns
    for method in ("get", "post", "put", "patch", "delete")
    if hasattr(route.callback.view_class, method)
]
BY_NAME = pytest.mark.parametrize(("name", "pattern", "method"), ROUTES)


def ask(client, challenge, pattern, method):
    return getattr(client, method)(address(challenge, pattern), {}, format="json")


def address(challenge, pattern):
    path = (
        pattern.replace("<str:challenge_id>", str(challenge.pk))
        .replace("<str:team_id>", str(challenge.teams.get().pk))
        .replace("<int:participant_id>", str(challenge.participants.get().pk))
    )
    return f"/api/v1/staff/{path}"


@pytest.fixture
def full(live):
    ParticipantFactory(challenge=live, team=TeamFactory(challenge=live))
    return live


@BY_NAME
def test_participants_have_no_access(api, alice, full, name, pattern, method):
    answer = ask(api(alice), full, pattern, method)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_staff")


@pytest.mark.parametrize(("name", "pattern", "method"), [row for row in ROUTES if "<" in row[1]])
def test_participants_of_another_company_find_nothing(api, charlie, full, name, pattern, method):
    assert ask(api(charlie), full, pattern, method).status_code == 404


@BY_NAME
def test_without_a_token_nobody_gets_in(client, full, name, pattern, method):
    send = getattr(client, method)
    assert send(address(full, pattern), content_type="application/json").status_code == 401


@BY_NAME
def test_a_viewer_reads_and_changes_nothing(api, acme, full, name, pattern, method):
    viewer = api(UserFactory(organization=acme, role=Role.HR_VIEWER))
    answer = ask(viewer, full, pattern, method)
    if method == "get":
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "not_manager")
        assert not AuditEntry.objects.exists()


@BY_NAME
def test_staff_of_another_company_find_nothing(api, charlie, full, name, pattern, method):
    charlie.role = Role.HR_MANAGER
    charlie.save()
    answer = ask(api(charlie), full, pattern, method)
    if "<" not in pattern:
        assert answer.status_code == 400 or answer.json()["results"] == []
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(("name", "pattern", "method"), [row for row in ROUTES if "<" in row[1]])
@pytest.mark.parametrize("missing", ["x", str(uuid.UUID(int=0))])
def test_what_does_not_exist_is_not_found(boss, name, pattern, method, missing):
    path = pattern.replace("<str:challenge_id>", missing).replace("<str:team_id>", missing)
    path = path.replace("<int:participant_id>", str(2**70))
    answer = getattr(boss, method)(f"/api/v1/staff/{path}", {}, format="json")
    assert answer.status_code == 404


def test_parts_of_another_challenge_are_not_found(boss, acme, full):
    other = ChallengeFactory(organization=acme)
    team, row = full.teams.get(), full.participants.get()
    for path in [f"teams/{team.pk}/invite", f"participants/{row.pk}/remove"]:
        answer = boss.post(f"{BASE}/{other.pk}/{path}", {"reason": "x"}, format="json")
        assert answer.status_code == 404


def test_a_number_too_great_for_any_participant_is_not_found(boss, full):
    answer = boss.post(f"{BASE}/{full.pk}/participants/{2**70}/move", {}, format="json")
    assert answer.status_code == 404
