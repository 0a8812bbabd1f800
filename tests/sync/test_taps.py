"""The tap on "Sync steps": answered at once, joined, cooled down, followed to the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection, ConnectionStatus
from sync.models import Run
from tests.factories import ChallengeFactory, ConnectionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fitbit(sandbox, alice, connect, woken, carry_out):
    """Alice's Fitbit, connected and read once, with the wake-up calls forgotten."""
    today = timezone.now().astimezone(alice.zone).date()
    sandbox.person(alice.email, timezone=alice.timezone)
    sandbox.walk(alice.email, today, 300)
    connect(alice)
    carry_out(timezone.now)
    woken.clear()
    return Connection.objects.get(person=alice)


def tap(client):
    answer = client.post("/api/v1/sync-requests", {}, format="json")
    assert answer.status_code == 202
    return answer.json()


def only_line(body):
    (line,) = body["connections"]
    return line


def test_a_tap_is_queued_for_the_interactive_workers_and_ends_with_the_new_number(
    fitbit, sandbox, alice, api, woken, carry_out
):
    client = api(alice)
    today = timezone.now().astimezone(alice.zone).date()
    sandbox.walk(alice.email, today, 450)
    body = tap(client)
    assert (body["status"], only_line(body)["outcome"]) == ("running", "queued")
    assert [trigger for _, trigger in woken] == ["tap"]
    carry_out(timezone.now)
    followed = client.get(f"/api/v1/sync-requests/{body['id']}").json()
    line = only_line(followed)
    assert (followed["status"], line["state"]) == ("done", "done")
    assert (line["steps_before"], line["steps_after"]) == (300, 450)
    assert line["changed_days"] == [today.isoformat()]
    assert followed["finished_at"] is not None


def test_a_second_tap_joins_and_a_tap_right_after_success_cools_down(fitbit, alice, api, carry_out):
    client = api(alice)
    assert only_line(tap(client))["outcome"] == "queued"
    assert only_line(tap(client))["outcome"] == "joined"
    assert Run.objects.filter(state="queued").count() == 1
    carry_out(timezone.now)
    line = only_line(tap(client))
    assert line["outcome"] == "cooling_down"
    assert line["retry_at"] is not None


def test_a_tap_hurries_a_background_run_that_still_waits(fitbit, alice, api, woken):
    Run.objects.create(
        connection=fitbit, trigger="poll", state="queued", requested_at=timezone.now()
    )
    assert only_line(tap(api(alice)))["outcome"] == "joined"
    assert [trigger for _, trigger in woken] == ["tap"]


def test_each_kind_of_connection_gets_its_own_answer(alice, api, woken):
    now = timezone.now()
    ConnectionFactory(person=alice, status=ConnectionStatus.NEEDS_RECONNECT, connected_at=now)
    ConnectionFactory(
        person=alice, provider="healthkit", account_id="", connected_at=now + timedelta(seconds=1)
    )
    ConnectionFactory(person=alice, status=ConnectionStatus.DISCONNECTED)
    body = tap(api(alice))
    assert [line["outcome"] for line in body["connections"]] == [
        "needs_reconnect",
        "waiting_for_phone",
    ]
    assert body["status"] == "partial"
    assert woken == []


def test_a_failed_run_tells_its_cause(fitbit, sandbox, alice, api, carry_out):
    client = api(alice)
    sandbox.control("PUT", "faults", {"target": "dailyRollUp", "kind": "503"})
    body = tap(client)
    carry_out(timezone.now)
    followed = client.get(f"/api/v1/sync-requests/{body['id']}").json()
    assert (followed["status"], only_line(followed)["cause"]) == ("failed", "provider_outage")


def test_a_request_read_again_unchanged_is_304(fitbit, alice, api):
    client = api(alice)
    address = f"/api/v1/sync-requests/{tap(client)['id']}"
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_nobody_elses_request_connection_or_challenge_is_there(fitbit, alice, bob, charlie, api):
    request_id = tap(api(alice))["id"]
    challenge = ChallengeFactory(organization=alice.organization)
    for person in (bob, charlie):
        client = api(person)
        assert client.get(f"/api/v1/sync-requests/{request_id}").status_code == 404
        assert client.get(f"/api/v1/connections/{fitbit.pk}/syncs").status_code == 404
        for action in ("disconnect", "reconnect"):
            answer = client.post(f"/api/v1/connections/{fitbit.pk}/{action}", {}, format="json")
            assert answer.status_code == 404
    assert api(charlie).post(f"/api/v1/challenges/{challenge.pk}/sync").status_code == 404
    assert api(bob).post(f"/api/v1/challenges/{challenge.pk}/sync").status_code == 202


def test_the_history_of_attempts_names_trigger_result_and_cause(fitbit, alice, api):
    attempts = api(alice).get(f"/api/v1/connections/{fitbit.pk}/syncs").json()["results"]
    assert [(a["trigger"], a["result"], a["days_changed"]) for a in attempts] == [
        ("connect", "done", 1)
    ]
