"""Connections as people meet them: two at once, another account, a switched-off cloud."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone
from rest_framework.test import APIClient

from demo.browser import press
from integrations.models import Connection
from sync.models import Schedule
from tests.sandbox_process import path_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(sandbox, alice, bob, woken):
    """Alice and Bob have accounts; Alice walked 8,421 steps yesterday."""
    for person in (alice, bob):
        sandbox.person(person.email, timezone=person.timezone)
    sandbox.walk(alice.email, yesterday_of(alice), 8421)
    return sandbox


def yesterday_of(person):
    return timezone.now().astimezone(person.zone).date() - timedelta(days=1)


def outcome(answer):
    query = parse_qs(urlsplit(answer["Location"]).query)
    return (query.get("result") or query.get("error"))[0]


def cloud(client):
    rows = client.get("/api/v1/connections").json()["results"]
    return [row for row in rows if row["provider"] == "fitbit"]


def post(client, row, action, **body):
    answer = client.post(f"/api/v1/connections/{row['id']}/{action}", body, format="json")
    assert answer.status_code in (200, 201), answer.json()
    return answer.json()


def steps_of(client, person):
    date = yesterday_of(person).isoformat()
    return client.get(f"/api/v1/steps/{date}").json()["steps"]


def test_who_has_the_account_hears_that_somebody_else_tried(account, alice, bob, api, connect):
    me = api(alice)
    connect(alice)
    assert cloud(me)[0]["notices"] == []
    assert outcome(connect(bob, account=alice.email)) == "account_linked_elsewhere"
    (row,) = cloud(me)
    (notice,) = row["notices"]
    assert (row["status"], notice["code"]) == ("active", "account_claimed_by_another")
    assert bob.display_name not in str(notice)
    assert bob.email not in str(notice)
    assert cloud(api(bob)) == []
    started = post(me, row, "reconnect")
    me.get(path_of(press(requests.Session(), started["authorization_url"], account=alice.email)))
    assert cloud(me)[0]["notices"] == []


def test_an_account_is_handed_over_by_disconnecting_first(account, alice, bob, api, connect):
    me, other = api(alice), api(bob)
    connect(alice)
    connect(bob, account=alice.email)
    post(me, cloud(me)[0], "disconnect")
    assert cloud(me)[0]["notices"] == []
    assert outcome(connect(bob, account=alice.email)) == "connected"
    assert cloud(other)[0]["status"] == "active"
    assert cloud(me)[0]["status"] == "disconnected"


def test_switching_accounts_on_purpose_keeps_what_the_first_brought(
    account, alice, api, connect, carry_out
):
    me = api(alice)
    connect(alice)
    carry_out(timezone.now)
    account.person("private@acme.example", timezone=alice.timezone)
    account.walk("private@acme.example", yesterday_of(alice), 111)
    started = post(me, cloud(me)[0], "reconnect")["authorization_url"]
    back = press(requests.Session(), started, account="private@acme.example")
    assert outcome(me.get(path_of(back))) == "wrong_account"
    post(me, cloud(me)[0], "disconnect")
    assert outcome(connect(alice, account="private@acme.example")) == "connected"
    carry_out(timezone.now)
    assert {row["status"] for row in cloud(me)} == {"active", "disconnected"}
    labels = {row["account_label"] for row in cloud(me)}
    assert len(labels) == 2
    assert steps_of(me, alice) == 8421


def test_two_providers_at_once_make_one_number(account, alice, api, connect, carry_out):
    me = api(alice)
    connect(alice)
    carry_out(timezone.now)
    phone = me.post("/api/v1/connections", {"provider": "healthkit"}, format="json").json()
    start = alice.calendar.begins(yesterday_of(alice))
    sample = {"id": "s", "count": 500, "start": (start + timedelta(hours=9)).isoformat()}
    sample["end"] = (start + timedelta(hours=10)).isoformat()
    answer = pushed(phone["relay_token"], samples=[sample])
    assert answer.status_code == 200
    assert {row["provider"] for row in me.get("/api/v1/connections").json()["results"]} == {
        "fitbit",
        "healthkit",
    }
    assert steps_of(me, alice) == 8421
    post(me, cloud(me)[0], "disconnect", forget_readings=True)
    assert steps_of(me, alice) == 500


def pushed(token, **parts):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.post("/api/v1/relay/uploads", {"schema": "relay/1", **parts}, format="json")


def test_readings_can_also_be_forgotten_later(account, alice, api, connect, carry_out):
    me = api(alice)
    connect(alice)
    carry_out(timezone.now)
    post(me, cloud(me)[0], "disconnect")
    assert steps_of(me, alice) == 8421
    post(me, cloud(me)[0], "disconnect", forget_readings=True)
    day = me.get(f"/api/v1/steps/{yesterday_of(alice)}").json()
    assert day["steps"] is None
    assert day["history"][-1]["why"] == "readings_forgotten"


def test_a_switched_off_cloud_rests_and_comes_back_by_itself(
    account, alice, api, connect, carry_out, settings
):
    me = api(alice)
    connect(alice)
    carry_out(timezone.now)
    asked = account.control("GET", "counters")["total"]
    settings.PROVIDERS = {"fitbit": {**settings.PROVIDERS["fitbit"], "status": "disabled"}}
    (row,) = cloud(me)
    assert (row["status"], row["reason"]) == ("active", "provider_disabled_by_admin")
    assert row["next_sync_at"] is None
    request = me.post("/api/v1/sync-requests", {}, format="json").json()
    carry_out(timezone.now)
    (line,) = me.get(f"/api/v1/sync-requests/{request['id']}").json()["connections"]
    assert (line["state"], line["cause"]) == ("failed", "provider_disabled_by_admin")
    assert account.control("GET", "counters")["total"] == asked
    again = Schedule.objects.get(connection=row["id"])
    assert timezone.now() < again.next_sync_at < timezone.now() + timedelta(minutes=20)
    assert again.failures == 0
    settings.PROVIDERS = {"fitbit": {**settings.PROVIDERS["fitbit"], "status": "available"}}
    account.walk(alice.email, yesterday_of(alice), 9000)
    me.post("/api/v1/sync-requests", {}, format="json")
    carry_out(timezone.now)
    (row,) = cloud(me)
    assert (row["status"], row["reason"]) == ("active", None)
    assert row["next_sync_at"] is not None
    assert steps_of(me, alice) == 9000


def test_nobody_new_connects_a_switched_off_cloud(account, alice, api, settings):
    settings.PROVIDERS = {"fitbit": {**settings.PROVIDERS["fitbit"], "status": "disabled"}}
    refused = api(alice).post("/api/v1/connections", {"provider": "fitbit"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_disabled")
    assert not Connection.objects.exists()


def test_one_connection_can_be_looked_at_and_only_by_its_owner(account, alice, bob, api, connect):
    connect(alice)
    (row,) = cloud(api(alice))
    assert api(alice).get(f"/api/v1/connections/{row['id']}").json() == row
    assert api(bob).get(f"/api/v1/connections/{row['id']}").status_code == 404
