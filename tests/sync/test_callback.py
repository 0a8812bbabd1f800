"""The browser comes back from a consent page to where it came from, with a word on how it went."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from demo.browser import press
from integrations.models import Connection
from tests.sandbox_process import path_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(sandbox, alice, woken):
    sandbox.person(alice.email, timezone=alice.timezone)
    return sandbox


def outcome(answer):
    return parse_qs(urlsplit(answer["Location"]).query)


def test_an_app_gets_its_own_address_back(account, alice, api, client, settings):
    settings.RETURN_TO_ALLOWED = ["stepwell://"]
    body = {"provider": "fitbit", "return_to": "stepwell://connected?screen=2"}
    started = api(alice).post("/api/v1/connections", body, format="json").json()
    answer = client.get(path_of(press(requests.Session(), started["authorization_url"])))
    assert answer["Location"] == "stepwell://connected?screen=2&result=connected"


def test_a_denial_makes_no_connection_and_says_so(account, alice, connect):
    assert outcome(connect(alice, deny=True)) == {"error": ["access_denied"]}
    assert not Connection.objects.exists()


def test_without_the_activity_permission_there_is_no_connection(account, alice, connect):
    assert outcome(connect(alice, untick=["activity_and_fitness.readonly"])) == {
        "error": ["scope_missing"]
    }
    assert not Connection.objects.exists()


def test_without_the_device_permission_it_works_and_says_what_is_missing(
    account, alice, api, connect, carry_out
):
    connect(alice, untick=["settings.readonly"])
    carry_out(timezone.now)
    (shown,) = api(alice).get("/api/v1/connections").json()["results"]
    assert (shown["status"], shown["missing_permissions"]) == ("active", ["devices"])
    assert shown["last_synced_at"] is not None


def test_a_state_works_once(account, alice, api, client):
    started = api(alice).post("/api/v1/connections", {"provider": "fitbit"}, format="json").json()
    back = path_of(press(requests.Session(), started["authorization_url"]))
    assert outcome(client.get(back)) == {"result": ["connected"]}
    assert outcome(client.get(back)) == {"error": ["invalid_state"]}


def test_an_account_belongs_to_one_participant(account, alice, bob, connect):
    connect(alice)
    answer = connect(bob, account=alice.email)
    assert outcome(answer) == {"error": ["account_linked_elsewhere"]}
    assert not Connection.objects.filter(person=bob).exists()


def test_reconnecting_with_another_account_is_refused(account, alice, api, client, connect):
    account.person("second@acme.example", timezone=alice.timezone)
    connect(alice)
    row = Connection.objects.get(person=alice)
    api(alice).post(f"/api/v1/connections/{row.pk}/disconnect", {}, format="json")
    again = api(alice).post(f"/api/v1/connections/{row.pk}/reconnect", {}, format="json").json()
    back = press(requests.Session(), again["authorization_url"], account="second@acme.example")
    assert outcome(client.get(path_of(back))) == {"error": ["wrong_account"]}
    row.refresh_from_db()
    assert row.status == "disconnected"


@pytest.mark.parametrize("provider", ["nosuch", "healthkit", "%00"])
def test_callbacks_of_what_has_none_are_not_there(client, provider):
    assert client.get(f"/oauth/{provider}/callback?state=x&code=y").status_code == 404
