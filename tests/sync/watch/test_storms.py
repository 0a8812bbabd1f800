"""Trouble of a whole provider, over real HTTP: nobody's connection pays for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.breaker_rules import UNSERVED_FOR_LONG
from integrations.models import Breaker, Connection, Credential
from steps.models import Freshness
from sync import claims, runner
from sync.models import Schedule
from sync.watch import recovery
from sync.watch import round as watch_round
from sync.watch.models import Alarm
from tests.factories import ConnectionFactory, UserFactory
from tests.integrations.conftest import token_body
from tests.integrations.stand_in import Answer, StandIn
from tests.sync.trouble import last_for

pytestmark = pytest.mark.django_db(transaction=True)
ROLL_UP = "/v4/users/me/dataTypes/steps/dataPoints:dailyRollUp"
INVALID_GRANT = Answer(400, {"error": "invalid_grant"})
SWITCHED_OFF = Answer(
    403, {"error": {"code": 403, "details": [{"reason": "SERVICE_DISABLED"}], "message": "off"}}
)
DENIED = Answer(
    403, {"error": {"code": 403, "details": [{"reason": "RESOURCE_PERMISSION_DENIED"}]}}
)


@pytest.fixture
def google(settings):
    """Google's hosts with an account for everybody and no steps."""
    server = StandIn()
    settings.PROVIDERS = {
        "fitbit": {
            "client_id": "stepwell-client",
            "client_secret": "stepwell-secret",
            "api_url": server.url,
            "token_url": f"{server.url}/token",
        }
    }
    server.routes["/token"] = Answer(body=token_body())
    yield server
    server.close()


@pytest.fixture
def everybody(acme, google):
    """Ten people with a Fitbit, and a function that syncs each of them as polls do."""
    now = timezone.now()
    rows = []
    for _ in range(10):
        row = ConnectionFactory(
            person=UserFactory(organization=acme), connected_at=now - timedelta(days=10)
        )
        Credential.objects.create(
            connection=row,
            access_token="access",
            refresh_token="refresh",
            expires_at=now + timedelta(hours=1),
        )
        Schedule.objects.create(connection=row, next_sync_at=now)
        rows.append(row)
    return rows


def sync(connection, trigger="poll"):
    opened = claims.open_or_join(connection_id=connection.pk, trigger=trigger, now=timezone.now())
    return runner.run(run_id=opened.run.pk, clock=timezone.now)


def sync_all(connections):
    """Each in turn; what fails has failed for some minutes by then."""
    first = sync(connections[0])
    if first.state == "failed":
        last_for(UNSERVED_FOR_LONG)
    return [first, *(sync(each) for each in connections[1:])]


def statuses():
    return set(Connection.objects.values_list("status", flat=True))


def expire_tokens():
    Credential.objects.update(expires_at=timezone.now() - timedelta(hours=1))


def everything_answers(google, answer):
    google.answer = lambda request: (
        Answer(body=token_body()) if request.path == "/token" else answer
    )


def open_alarms():
    watch_round.make(now=timezone.now())
    return set(Alarm.objects.filter(closed_at=None).values_list("key", flat=True))


def test_an_outage_of_the_token_endpoint_never_costs_a_connection(everybody, google):
    expire_tokens()
    google.routes["/token"] = INVALID_GRANT
    ended = sync_all(everybody)
    assert statuses() == {"active"}
    assert Breaker.objects.get().kind == "revocation"
    assert ended[-1].cause == "provider_outage"
    assert len(google.calls("/token")) == 5
    assert "mass_revocation:fitbit" in open_alarms()


def test_after_the_storm_everybody_is_polled_again_and_nobody_is_shown_broken(everybody, google):
    expire_tokens()
    google.routes["/token"] = INVALID_GRANT
    sync_all(everybody)
    recovery.follow(now=timezone.now())
    assert not Schedule.objects.filter(next_sync_at=None).exists()
    assert not Freshness.objects.exclude(broken_since=None).exists()


def test_who_was_marked_a_moment_too_late_is_taken_back_in_the_next_round(everybody, google):
    expire_tokens()
    google.routes["/token"] = INVALID_GRANT
    sync_all(everybody)
    Connection.objects.filter(pk=everybody[2].pk).update(
        status="needs_reconnect", reason="consent_revoked"
    )
    recovery.follow(now=timezone.now())
    assert statuses() == {"active"}


def test_refusals_of_everything_are_a_storm_too(everybody, google):
    everything_answers(google, DENIED)
    for _ in range(4):
        sync_all(everybody)
    assert statuses() == {"active"}
    assert "mass_revocation:fitbit" in open_alarms()


def test_an_operators_fault_alarms_at_once_and_touches_nobody(everybody, google):
    everything_answers(google, SWITCHED_OFF)
    assert sync(everybody[0]).cause == "app_misconfigured"
    assert open_alarms() == {"operator_fault:fitbit"}
    sync_all(everybody)
    assert statuses() == {"active"}
    asked = len(google.asked)
    assert sync(everybody[-1], trigger="tap").cause == "app_misconfigured"
    assert len(google.asked) == asked


def test_an_operator_alarm_closes_when_a_call_succeeds(everybody, google):
    everything_answers(google, SWITCHED_OFF)
    sync(everybody[0])
    assert open_alarms() == {"operator_fault:fitbit"}
    everything_answers(google, Answer(body={}))
    assert sync(everybody[1]).state == "done"
    assert open_alarms() == set()


def test_while_it_is_down_for_everybody_a_tap_is_answered_without_asking(everybody, google):
    everything_answers(google, Answer(503, b""))
    sync_all(everybody)
    asked = len(google.asked)
    ended = sync(everybody[0], trigger="tap")
    assert (ended.state, ended.cause) == ("failed", "provider_outage")
    assert len(google.asked) == asked
    schedule = Schedule.objects.get(pk=everybody[0].pk)
    assert schedule.failures == 1
    assert schedule.next_sync_at >= Breaker.objects.get().retry_at


def test_a_probe_finds_out_that_it_works_again(everybody, google):
    everything_answers(google, Answer(503, b""))
    sync_all(everybody)
    assert open_alarms() == {"provider_outage:fitbit"}
    everything_answers(google, Answer(body={}))
    Breaker.objects.update(retry_at=timezone.now())
    assert sync(everybody[0]).state == "done"
    assert Breaker.objects.get().state == "closed"
    assert open_alarms() == set()


def test_a_provider_that_has_ended_is_retired_for_all_and_can_be_brought_back(everybody, google):
    everything_answers(google, Answer(410, b""))
    sync_all(everybody[:3])
    assert "provider_gone:fitbit" in open_alarms()
    assert statuses() == {"retired"}
    assert not Schedule.objects.exclude(next_sync_at=None).exists()
    now = timezone.now()
    assert recovery.bring_back(provider="fitbit", now=now) == 10
    assert statuses() == {"active"}
    assert Schedule.objects.filter(next_sync_at=now).count() == 10


def test_who_disconnected_meanwhile_is_not_brought_back(everybody, google):
    everything_answers(google, Answer(410, b""))
    sync_all(everybody[:3])
    watch_round.make(now=timezone.now())
    Connection.objects.filter(pk=everybody[9].pk).update(status="disconnected")
    assert recovery.bring_back(provider="fitbit", now=timezone.now()) == 9
    assert Connection.objects.get(pk=everybody[9].pk).status == "disconnected"
