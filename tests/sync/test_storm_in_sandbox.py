"""Six people who connected through the consent page, while their provider has a bad day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.breaker_rules import UNSERVED_FOR_LONG
from integrations.models import Breaker, Connection
from steps.models import Freshness
from sync import claims, runner
from sync.models import Schedule
from sync.watch import round as watch_round
from sync.watch.models import Alarm
from tests.factories import UserFactory
from tests.sync.trouble import last_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(sandbox, acme, connect, woken, carry_out):
    found = [UserFactory(organization=acme) for _ in range(6)]
    for person in found:
        sandbox.person(person.email, timezone=person.timezone)
        connect(person)
    carry_out(timezone.now)
    assert Connection.objects.filter(status="active", last_synced_at__isnull=False).count() == 6
    return found


def sync_everybody(trigger="poll"):
    ended = []
    for connection in Connection.objects.all():
        opened = claims.open_or_join(
            connection_id=connection.pk, trigger=trigger, now=timezone.now()
        )
        ended.append(runner.run(run_id=opened.run.pk, clock=timezone.now))
    return ended


def test_refused_refreshes_of_everybody_cost_nobody_the_connection(sandbox, people):
    for person in people:
        sandbox.control("POST", f"people/{person.email}/expire-tokens")
    sandbox.control("PUT", "faults", {"target": "token", "kind": "invalid_grant"})
    sync_everybody()
    watch_round.make(now=timezone.now())
    assert set(Connection.objects.values_list("status", flat=True)) == {"active"}
    assert not Freshness.objects.exclude(broken_since=None).exists()
    assert not Schedule.objects.filter(next_sync_at=None).exists()
    assert Alarm.objects.get(closed_at=None).key == "mass_revocation:fitbit"
    sandbox.control("DELETE", "faults")
    Breaker.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    assert {each.state for each in sync_everybody()} == {"done"}
    watch_round.make(now=timezone.now())
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_a_wrong_client_secret_is_the_operators_and_stops_the_asking(sandbox, people):
    for person in people:
        sandbox.control("POST", f"people/{person.email}/expire-tokens")
    sandbox.control("PUT", "faults", {"target": "token", "kind": "invalid_client"})
    assert {each.cause for each in sync_everybody()} == {"app_misconfigured"}
    last_for(UNSERVED_FOR_LONG)
    sync_everybody()
    asked = sandbox.control("GET", "counters")
    assert {each.cause for each in sync_everybody("tap")} == {"app_misconfigured"}
    assert sandbox.control("GET", "counters") == asked
    watch_round.make(now=timezone.now())
    assert Alarm.objects.get(closed_at=None).key == "operator_fault:fitbit"
    assert set(Connection.objects.values_list("status", flat=True)) == {"active"}


def test_one_person_who_really_left_is_told_so_at_once(sandbox, people):
    sandbox.control("POST", f"people/{people[0].email}/revoke")
    sync_everybody()
    left = Connection.objects.filter(status="needs_reconnect")
    assert [each.person_id for each in left] == [people[0].pk]
