"""Several phones of one person: each with a token of its own, each ended by itself."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from integrations.models import Connection, Installation
from integrations.phones import MOST_PHONES
from tests.factories import ConnectionFactory
from users.instants import rfc3339

pytestmark = pytest.mark.django_db
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def me(api, alice):
    return api(alice)


@pytest.fixture
def first(me):
    return connected(me, "healthkit")


def connected(client, provider):
    answer = client.post("/api/v1/connections", {"provider": provider}, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def address(answer, phone=""):
    own = f"/api/v1/connections/{answer['connection']['id']}/installations"
    return f"{own}/{phone}" if phone else own


def added(client, answer, **body):
    made = client.post(address(answer), body, format="json")
    assert made.status_code == 201, made.json()
    return made.json()


def push(token, **parts):
    phone = APIClient()
    phone.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return phone.post("/api/v1/relay/uploads", {"schema": "relay/1", **parts}, format="json")


def phones(client, answer):
    return client.get(address(answer)).json()["results"]


def said(model, **status):
    return {"installation": {"model": model, "app": "3.4.0", "os": "27.0"}, "status": status}


def test_a_second_phone_pushes_beside_the_first(me, first):
    second = added(me, first)
    assert second["upload_url"] == first["upload_url"]
    assert second["setup"]["allow_steps"]
    assert second["relay_token"] not in {first["relay_token"], ""}
    assert push(first["relay_token"], **said("iPhone17,1")).status_code == 200
    assert push(second["relay_token"], **said("iPad14,1")).status_code == 200
    assert [each["model"] for each in phones(me, first)] == ["iPhone17,1", "iPad14,1"]
    assert Connection.objects.count() == 1


def test_no_token_is_kept_as_it_is(me, first):
    second = added(me, first)
    kept = set(Installation.objects.values_list("token_hash", flat=True))
    assert len(kept) == 2
    assert not kept & {first["relay_token"], second["relay_token"]}
    assert second["relay_token"] not in me.get(address(first)).content.decode()


def test_one_phone_can_be_ended_and_the_other_goes_on(me, first):
    second = added(me, first)
    gone = me.delete(address(first, second["installation"]["id"]))
    assert gone.status_code == 204
    refused = push(second["relay_token"])
    assert (refused.status_code, refused.json()["code"]) == (410, "relay_disconnected")
    assert push(first["relay_token"]).status_code == 200
    assert len(phones(me, first)) == 1
    again = me.delete(address(first, second["installation"]["id"]))
    assert again.status_code == 404


def test_a_new_phone_takes_the_place_of_the_old_one_in_one_step(me, first):
    (old,) = phones(me, first)
    new = added(me, first, replaces=old["id"])
    assert push(first["relay_token"]).status_code == 410
    assert push(new["relay_token"]).status_code == 200
    assert [each["id"] for each in phones(me, first)] == [new["installation"]["id"]]


def test_steps_the_old_phone_has_sent_stay_and_are_known_again(me, first, alice):
    start = alice.calendar.begins(alice.calendar.date_of(Connection.objects.get().connected_at))
    sample = {
        "id": "S-1",
        "start": rfc3339(start - timedelta(hours=3)),
        "end": rfc3339(start - timedelta(hours=2)),
        "count": 700,
    }
    push(first["relay_token"], samples=[sample])
    (old,) = phones(me, first)
    new = added(me, first, replaces=old["id"])
    answer = push(new["relay_token"], samples=[sample]).json()
    assert (answer["accepted"], answer["unchanged"]) == (0, 1)
    assert answer["days"][0]["steps"] == 700


def test_with_the_last_phone_the_connection_is_disconnected_and_comes_back(me, first):
    (only,) = phones(me, first)
    assert me.delete(address(first, only["id"])).status_code == 204
    shown = me.get(f"/api/v1/connections/{first['connection']['id']}").json()
    assert (shown["status"], shown["reason"]) == ("disconnected", "disconnected_by_user")
    refused = me.post(address(first), {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "connection_not_active")
    back = me.post(
        f"/api/v1/connections/{first['connection']['id']}/reconnect", {}, format="json"
    ).json()
    assert back["connection"]["id"] == first["connection"]["id"]
    assert push(back["relay_token"]).status_code == 200


def test_there_is_an_end_to_phones(me, first):
    for _ in range(MOST_PHONES - 1):
        added(me, first)
    refused = me.post(address(first), {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_phones")
    oldest = phones(me, first)[0]
    assert added(me, first, replaces=oldest["id"])


@pytest.mark.parametrize("replaces", ["not-an-id", 5, [], {}, NOBODYS])
def test_replacing_what_is_not_there_changes_nothing(me, first, replaces):
    answer = me.post(address(first), {"replaces": replaces}, format="json")
    assert answer.status_code == 400
    assert "replaces" in answer.json()["errors"]
    assert push(first["relay_token"]).status_code == 200
    assert len(phones(me, first)) == 1


def test_phones_of_others_do_not_exist(me, first, api, bob):
    (mine,) = phones(me, first)
    stranger = api(bob)
    theirs = connected(stranger, "healthkit")
    assert stranger.get(address(first)).status_code == 404
    assert stranger.post(address(first), {}, format="json").status_code == 404
    assert stranger.delete(address(first, mine["id"])).status_code == 404
    assert stranger.delete(address(theirs, mine["id"])).status_code == 404
    taken = stranger.post(address(theirs), {"replaces": mine["id"]}, format="json")
    assert taken.status_code == 400
    assert push(first["relay_token"]).status_code == 200


def test_a_cloud_has_no_phones(me, alice):
    cloud = {"connection": {"id": str(ConnectionFactory(person=alice).pk)}}
    assert phones(me, cloud) == []
    refused = me.post(address(cloud), {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_phone")


@pytest.mark.parametrize(
    ("provider", "status", "permission", "missing"),
    [
        ("healthkit", {}, "unknown", []),
        ("healthkit", {"permission": "never_asked"}, "not_asked", []),
        ("healthkit", {"permission": "asked"}, "asked", []),
        ("healthkit", {"permission": "denied"}, "asked", []),
        ("healthkit", {"permission": "granted"}, "asked", []),
        (
            "healthkit",
            {"permission": "asked", "earliest_authorized": "2026-11-01T00:00:00Z"},
            "limited",
            [],
        ),
        ("health-connect", {"permission": "granted"}, "granted", []),
        ("health-connect", {"permission": "denied"}, "refused", ["steps"]),
        ("health-connect", {"permission": ["denied"]}, "unknown", []),
    ],
)
def test_a_platform_says_no_more_of_permission_than_it_knows(
    me, provider, status, permission, missing
):
    """HealthKit hides a refusal, so nobody may conclude one; Health Connect tells."""
    answer = connected(me, provider)
    push(answer["relay_token"], status=status)
    (phone,) = phones(me, answer)
    assert phone["permission"] == permission
    shown = me.get(f"/api/v1/connections/{answer['connection']['id']}").json()
    assert shown["missing_permissions"] == missing


def test_one_phone_that_may_read_is_enough(me):
    answer = connected(me, "health-connect")
    second = added(me, answer)
    push(answer["relay_token"], status={"permission": "denied"})
    push(second["relay_token"], status={"permission": "granted"})
    shown = me.get(f"/api/v1/connections/{answer['connection']['id']}").json()
    assert shown["missing_permissions"] == []


def test_an_operator_who_switches_phones_off_loses_nobodys_steps(me, first, settings):
    settings.PROVIDERS = {"healthkit": {"status": "disabled"}}
    refused = push(first["relay_token"])
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_disabled_by_admin")
    assert int(refused["Retry-After"]) > 0
    shown = me.get(f"/api/v1/connections/{first['connection']['id']}").json()
    assert (shown["status"], shown["reason"]) == ("active", "provider_disabled_by_admin")
    settings.PROVIDERS = {}
    assert push(first["relay_token"]).status_code == 200
    shown = me.get(f"/api/v1/connections/{first['connection']['id']}").json()
    assert shown["reason"] is None
