"""The step before a reading, inside real runs: who is told, what failing costs, when it ends."""

from datetime import timedelta

import pytest

from integrations.models import Connection, Credential
from steps.models import Day
from sync import claims, requests, runner
from sync.models import Run, Schedule
from tests.factories import NOON, ConnectionFactory
from tests.integrations.stand_in import Answer, StandIn

pytestmark = pytest.mark.django_db(transaction=True)
BACKFILL = "/wellness-api/rest/backfill/dailies"
RANGE = "/v3/users/activities"


@pytest.fixture
def cloud(settings):
    server = StandIn()
    values = {"client_id": "c", "client_secret": "s", "api_url": server.url}
    settings.PROVIDERS = {"garmin": values | {"webhook_path": "unguessable"}, "polar": values}
    server.routes["/v3/users"] = Answer(body={})
    server.routes[RANGE] = Answer(body=[{"steps": 8421, "samples": {"date": "2026-11-19"}}])
    server.routes[BACKFILL] = Answer(202)
    yield server
    server.close()


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return lambda: NOON


def connected(slug, person):
    connection = ConnectionFactory(provider=slug, account_id="475", person=person)
    Credential.objects.create(
        connection=connection, access_token="at", expires_at=NOON + timedelta(days=30)
    )
    Schedule.objects.create(connection=connection, next_sync_at=NOON)
    return connection


def run(connection, clock):
    opened = claims.open_or_join(connection_id=connection.pk, trigger="connect", now=NOON)
    done = runner.run(run_id=opened.run.pk, clock=clock)
    return Run.objects.get(pk=done.pk)


def asked(cloud):
    return [each.path for each in cloud.asked]


def test_an_account_is_registered_once_and_then_read(cloud, alice, clock):
    connection = connected("polar", alice)
    assert run(connection, clock).state == "done"
    assert asked(cloud) == ["/v3/users", RANGE, RANGE]
    assert Day.objects.get(person=alice).steps == 8421
    cloud.asked.clear()
    assert run(connection, clock).state == "done"
    assert "/v3/users" not in asked(cloud)


def test_a_registration_that_fails_is_tried_again_and_reading_goes_on(cloud, alice, clock):
    cloud.routes["/v3/users"] = Answer(503)
    connection = connected("polar", alice)
    done = run(connection, clock)
    assert (done.state, Day.objects.get(person=alice).steps) == ("done", 8421)
    assert "provider_outage" in done.detail
    cloud.routes["/v3/users"] = Answer(409)
    run(connection, clock)
    assert Credential.objects.get().enrolled_at == NOON


def test_a_refusal_for_want_of_registration_is_no_withdrawn_consent(cloud, alice, clock):
    cloud.routes["/v3/users"] = Answer(503)
    cloud.routes[RANGE] = Answer(403)
    connection = connected("polar", alice)
    done = run(connection, clock)
    assert (done.state, done.cause) == ("failed", "provider_outage")
    connection.refresh_from_db()
    assert connection.status == "active"
    assert Schedule.objects.get().next_sync_at > NOON


def test_a_provider_that_sends_is_asked_for_history_and_never_again(cloud, alice, clock):
    connection = connected("garmin", alice)
    done = run(connection, clock)
    assert (done.state, done.cause) == ("done", "")
    assert set(asked(cloud)) == {BACKFILL}
    assert Schedule.objects.get().next_sync_at is None
    cloud.asked.clear()
    run(connection, clock)
    assert cloud.asked == []


def test_one_that_could_not_be_asked_is_asked_later(cloud, alice, clock):
    cloud.routes[BACKFILL] = Answer(503)
    connection = connected("garmin", alice)
    assert run(connection, clock).state == "failed"
    assert Schedule.objects.get().next_sync_at > NOON
    cloud.routes[BACKFILL] = Answer(202)
    assert run(connection, clock).state == "done"
    assert Schedule.objects.get().next_sync_at is None


def test_history_that_is_not_shared_is_shown_and_costs_nothing(cloud, alice, clock):
    cloud.routes[BACKFILL] = Answer(403)
    assert run(connected("garmin", alice), clock).state == "done"
    connection = Connection.objects.get()
    assert (connection.status, connection.missing_permissions) == ("active", ["history"])


def test_a_tap_cannot_ask_a_provider_that_sends(cloud, alice, clock):
    connected("garmin", alice)
    line = requests.request_sync(person=alice, now=NOON).lines.get()
    assert (line.outcome, line.run) == ("waiting_for_phone", None)
