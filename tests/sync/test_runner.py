"""Runs against the sandbox over real HTTP: what it says lands in the ledger, and how runs end."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from challenges.models import Participant
from integrations.models import Connection, Credential, Device
from steps.models import Day, Freshness
from sync import claims, runner
from sync.models import Run, Schedule
from tests.factories import ChallengeFactory, ParticipantFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def today(alice):
    return timezone.now().astimezone(alice.zone).date()


@pytest.fixture
def walker(sandbox, alice, today):
    """Alice's account at the provider, with three days of steps."""
    sandbox.person(alice.email, timezone=alice.timezone, devices=[{"deviceVersion": "Charge 6"}])
    for ago, total in ((0, 300), (1, 8421), (2, 6859)):
        sandbox.walk(alice.email, today - timedelta(days=ago), total)
    return sandbox


def days_of(person):
    return dict(Day.objects.filter(person=person).values_list("date", "steps"))


def run_again(connection, trigger="poll"):
    opened = claims.open_or_join(connection_id=connection.pk, trigger=trigger, now=timezone.now())
    return runner.run(run_id=opened.run.pk, clock=timezone.now)


def test_connecting_reads_the_past_days_and_the_board_follows(
    walker, alice, acme, today, connect, woken, carry_out
):
    challenge = ChallengeFactory(
        organization=acme, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=9)
    )
    ParticipantFactory(challenge=challenge, person=alice)
    answer = connect(alice)
    assert answer.status_code == 302
    assert "result=connected" in answer["Location"]
    assert [trigger for _, trigger in woken] == ["connect"]
    carry_out(timezone.now)
    assert days_of(alice) == {
        today: 300,
        today - timedelta(days=1): 8421,
        today - timedelta(days=2): 6859,
    }
    assert Participant.objects.get(person=alice).score == 8721
    connection = Connection.objects.get(person=alice)
    assert connection.last_synced_at is not None
    assert connection.provider_timezone == alice.timezone
    assert Device.objects.get(connection=connection).name == "Charge 6"
    schedule = Schedule.objects.get(connection=connection)
    assert schedule.next_sync_at > timezone.now()
    assert schedule.lease_until is None
    assert Freshness.objects.get(person=alice).broken_since is None


def test_a_repeat_changes_nothing_and_a_fallen_day_falls(
    walker, alice, today, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    connection = Connection.objects.get(person=alice)
    assert run_again(connection).days_changed == 0
    yesterday = today - timedelta(days=1)
    walker.walk(alice.email, yesterday, 8000)
    again = run_again(connection)
    assert again.changed_days == [yesterday.isoformat()]
    assert days_of(alice)[yesterday] == 8000


def test_a_day_that_vanishes_at_the_provider_is_kept_as_last_said(
    walker, alice, today, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    yesterday = today - timedelta(days=1)
    walker.control("DELETE", f"people/{alice.email}/steps?date={yesterday}")
    assert run_again(Connection.objects.get(person=alice)).state == "done"
    assert days_of(alice)[yesterday] == 8421


def test_an_expired_access_token_is_refreshed_silently(walker, alice, connect, woken, carry_out):
    connect(alice)
    carry_out(timezone.now)
    before = Credential.objects.get().access_token
    walker.control("POST", f"people/{alice.email}/expire-tokens")
    assert run_again(Connection.objects.get(person=alice)).state == "done"
    assert Credential.objects.get().access_token != before


def test_withdrawn_consent_asks_for_reconnecting_and_stops_polling(
    walker, alice, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    walker.control("POST", f"people/{alice.email}/revoke")
    connection = Connection.objects.get(person=alice)
    ended = run_again(connection)
    assert (ended.state, ended.cause) == ("failed", "consent_revoked")
    connection.refresh_from_db()
    assert (connection.status, connection.reason) == ("needs_reconnect", "consent_revoked")
    assert Schedule.objects.get(connection=connection).next_sync_at is None
    assert Freshness.objects.get(person=alice).broken_since is not None


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("500", "provider_outage"),
        ("503", "provider_outage"),
        ("429", "provider_rate_limited_user"),
        ("html_200", "provider_outage"),
        ("cut_body", "provider_outage"),
        ("wrong_types", "provider_outage"),
        ("huge_numbers", "provider_outage"),
        ("connection_reset", "provider_outage"),
        ("403_service_disabled", "app_misconfigured"),
    ],
)
def test_trouble_at_the_provider_never_costs_a_connection_or_a_day(
    walker, alice, connect, woken, carry_out, kind, cause
):
    connect(alice)
    carry_out(timezone.now)
    kept = days_of(alice)
    walker.control("PUT", "faults", {"target": "dailyRollUp", "kind": kind})
    connection = Connection.objects.get(person=alice)
    ended = run_again(connection)
    assert (ended.state, ended.cause) == ("failed", cause)
    connection.refresh_from_db()
    assert connection.status == "active"
    assert days_of(alice) == kept
    schedule = Schedule.objects.get(connection=connection)
    assert schedule.failures == 1
    assert schedule.next_sync_at > timezone.now()
    walker.control("DELETE", "faults")
    assert run_again(connection).state == "done"
    assert Schedule.objects.get(connection=connection).failures == 0


def test_a_worker_whose_lease_was_taken_over_writes_nothing(
    walker, alice, today, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    connection = Connection.objects.get(person=alice)
    opened = claims.open_or_join(connection_id=connection.pk, trigger="poll", now=timezone.now())
    slow = claims.take(run_id=opened.run.pk, now=timezone.now() - timedelta(minutes=10))
    walker.walk(alice.email, today, 400)
    assert runner.run(run_id=opened.run.pk, clock=timezone.now).state == "done"
    with transaction.atomic():
        assert not claims.still_mine(slow)
    assert Run.objects.get(pk=slow.pk).attempt == 2
    assert days_of(alice)[today] == 400


def test_a_run_of_a_disconnected_account_ends_without_asking(
    walker, alice, api, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    connection = Connection.objects.get(person=alice)
    opened = claims.open_or_join(connection_id=connection.pk, trigger="poll", now=timezone.now())
    api(alice).post(f"/api/v1/connections/{connection.pk}/disconnect", {}, format="json")
    asked = walker.control("GET", "counters")
    ended = runner.run(run_id=opened.run.pk, clock=timezone.now)
    assert (ended.state, ended.cause) == ("failed", "disconnected_by_user")
    assert walker.control("GET", "counters") == asked


def test_what_was_asked_while_the_person_disconnected_is_not_stored(
    walker, alice, today, api, connect, woken, carry_out, monkeypatch
):
    connect(alice)
    carry_out(timezone.now)
    connection = Connection.objects.get(person=alice)
    walker.walk(alice.email, today, 999)
    real_fetch = runner._fetch

    def fetch_then_disconnect(*args):
        fetched = real_fetch(*args)
        api(alice).post(f"/api/v1/connections/{connection.pk}/disconnect", {}, format="json")
        return fetched

    monkeypatch.setattr(runner, "_fetch", fetch_then_disconnect)
    assert run_again(connection).cause == "disconnected_by_user"
    assert days_of(alice)[today] == 300
    assert Schedule.objects.get(connection=connection).next_sync_at is None


def test_what_could_not_be_asked_beside_the_days_is_remembered(
    walker, alice, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    walker.control("PUT", "faults", {"target": "pairedDevices", "kind": "503"})
    ended = run_again(Connection.objects.get(person=alice), trigger="tap")
    assert ended.state == "done"
    assert "provider_outage" in Run.objects.get(pk=ended.pk).detail
    assert Device.objects.count() == 1


def test_one_unlucky_401_after_a_refresh_costs_nobody_the_connection(
    walker, alice, connect, woken, carry_out
):
    connect(alice)
    carry_out(timezone.now)
    connection = Connection.objects.get(person=alice)
    fault = {"target": "dailyRollUp", "kind": "401", "email": alice.email}
    for left in (2, 1):
        walker.control("PUT", "faults", {**fault, "times": 2})
        ended = run_again(connection)
        assert (ended.state, ended.cause) == ("failed", "access_denied_everywhere")
        connection.refresh_from_db()
        assert connection.status == "active", f"{left} more would have been allowed"
    assert run_again(connection).state == "done"
    walker.control("PUT", "faults", fault)
    for _ in range(3):
        run_again(connection)
    connection.refresh_from_db()
    assert connection.status == "needs_reconnect"
