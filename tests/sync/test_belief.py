"""A provider's word that ends a connection has to be said again where it may be a hiccup."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection
from sync import claims, runner
from sync.models import Schedule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connected(sandbox, alice, connect, woken, carry_out):
    """Alice's connection after its first reading."""
    sandbox.person(alice.email, timezone=alice.timezone)
    sandbox.walk(alice.email, timezone.now().astimezone(alice.zone).date(), 300)
    connect(alice)
    carry_out(timezone.now)
    return Connection.objects.get(person=alice)


@pytest.fixture
def answer(sandbox, alice):
    """Let Alice's next calls fail."""

    def arm(kind, times=None):
        sandbox.control("DELETE", "faults")
        fault = {"target": "api", "kind": kind, "email": alice.email}
        sandbox.control("PUT", "faults", fault | ({"times": times} if times else {}))

    return arm


def run_again(connection):
    opened = claims.open_or_join(connection_id=connection.pk, trigger="poll", now=timezone.now())
    ended = runner.run(run_id=opened.run.pk, clock=timezone.now)
    connection.refresh_from_db()
    return ended.state, ended.cause, connection.status


def test_a_missing_scope_is_believed_when_it_has_been_said_four_times_in_a_row(connected, answer):
    answer("403_scope")
    for _ in range(3):
        assert run_again(connected) == ("failed", "scope_missing", "active")
    assert run_again(connected) == ("failed", "scope_missing", "needs_reconnect")


def test_another_answer_in_between_begins_the_count_anew(connected, answer):
    answer("403_scope", times=3)
    for _ in range(3):
        run_again(connected)
    answer("503", times=1)
    assert run_again(connected) == ("failed", "provider_outage", "active")
    answer("403_scope", times=1)
    assert run_again(connected) == ("failed", "scope_missing", "active")
    assert run_again(connected) == ("done", "", "active")


def test_what_is_not_believed_yet_is_asked_again_within_seconds(connected, answer):
    answer("403_scope")
    run_again(connected)
    due = Schedule.objects.get(connection=connected).next_sync_at
    assert due - timezone.now() < timedelta(seconds=6)


def test_that_the_interface_has_ended_has_to_be_heard_four_times(connected, answer):
    answer("410")
    for _ in range(3):
        assert run_again(connected) == ("failed", "provider_retired", "active")
    assert run_again(connected) == ("failed", "provider_retired", "retired")


def test_a_stray_410_costs_nothing(connected, answer):
    answer("410", times=1)
    assert run_again(connected) == ("failed", "provider_retired", "active")
    assert run_again(connected) == ("done", "", "active")
