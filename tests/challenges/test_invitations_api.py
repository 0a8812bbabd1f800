"""An app that was opened with an invitation asks what it is for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import ChallengeFactory, ParticipantFactory, TeamFactory

DAY = timedelta(days=1)
BASE = "/api/v1/invitations"


@pytest.fixture
def team(acme):
    today = timezone.now().date()
    challenge = ChallengeFactory(
        organization=acme, name="Alps", starts_on=today - DAY, ends_on=today + DAY
    )
    return TeamFactory(challenge=challenge, name="Lynx")


def welcome(client, team):
    return client.get(f"{BASE}/{team.invite}").json()["welcome"]


def test_an_app_finds_out_what_a_link_is_for_and_joins(api, settings, team, alice):
    client = api(alice)
    body = client.get(f"{BASE}/{team.invite}").json()
    assert body == {
        "welcome": "open",
        "challenge_id": str(team.challenge_id),
        "challenge": "Alps",
        "team_id": str(team.pk),
        "team": "Lynx",
        "url": f"{settings.BASE_URL}/join/{team.invite}",
    }
    join = f"/api/v1/challenges/{body['challenge_id']}/join"
    assert client.post(join, {"invite": team.invite}, format="json").status_code == 200
    assert welcome(client, team) == "inside"


def test_what_stands_in_the_way_is_named(api, team, alice, bob):
    ParticipantFactory(challenge=team.challenge, person=bob, team=team)
    team.challenge.team_rules = {"largest": 1}
    team.challenge.save()
    client = api(alice)
    assert welcome(client, team) == "full"
    other = TeamFactory(challenge=team.challenge)
    ParticipantFactory(challenge=team.challenge, person=alice, team=other)
    assert welcome(client, team) == "elsewhere"
    assert welcome(client, other) == "inside"
    over = TeamFactory(challenge=ChallengeFactory(organization=alice.organization))
    over.challenge.starts_on = over.challenge.ends_on = timezone.now().date() - 9 * DAY
    over.challenge.save()
    assert welcome(client, over) == "over"


def test_other_organizations_and_nonsense_look_the_same(api, team, charlie):
    client = api(charlie)
    foreign, nonsense = client.get(f"{BASE}/{team.invite}"), client.get(f"{BASE}/guess")
    assert foreign.status_code == nonsense.status_code == 404
    assert foreign.content == nonsense.content


@pytest.mark.parametrize("invite", ["%00", "a%00b", "%F0%9F%98%80", "x" * 500])
def test_no_code_breaks_anything(api, alice, invite):
    answer = api(alice).get(f"{BASE}/{invite}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_draft_invites_nobody_yet(api, team, alice):
    team.challenge.published_at = None
    team.challenge.save()
    assert api(alice).get(f"{BASE}/{team.invite}").status_code == 404


def test_a_token_is_needed(client, team):
    assert client.get(f"{BASE}/{team.invite}").status_code == 401
