"""Connections of a retired provider are put to rest and keep everything."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.models import Connection
from steps.models import Freshness
from sync import retired, tasks
from sync.models import Schedule
from tests.factories import ConnectionFactory, DayFactory

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def connect(person, provider="misfit", status="active", **more):
    row = ConnectionFactory(person=person, provider=provider, status=status, reason="", **more)
    Schedule.objects.update_or_create(
        connection=row, defaults={"next_sync_at": NOW, "lease_until": NOW, "failures": 3}
    )
    return row


def state(row):
    row.refresh_from_db()
    plan = Schedule.objects.get(pk=row.pk)
    return row.status, row.reason, plan.next_sync_at, plan.lease_until, plan.failures


RESTS = ("retired", "provider_retired", None, None, 0)


def test_living_connections_are_put_to_rest_once(alice, bob, settings):
    settings.PROVIDERS = {"fitbit": {"client_id": "c"}}
    rows = [connect(alice), connect(bob, status="needs_reconnect")]
    assert retired.put_to_rest(now=NOW) == 2
    assert [state(row) for row in rows] == [RESTS, RESTS]
    assert retired.put_to_rest(now=NOW) == 0


def test_others_are_left_alone(alice, bob, settings):
    settings.PROVIDERS = {"fitbit": {"client_id": "c"}}
    gone = connect(alice, status="disconnected")
    other = connect(bob, provider="fitbit")
    assert retired.put_to_rest(now=NOW) == 0
    assert state(gone)[:3] == ("disconnected", "", NOW)
    assert state(other)[:3] == ("active", "", NOW)


def test_an_operator_decides_who_is_retired(alice, bob, settings):
    settings.PROVIDERS = {
        "misfit": {"client_id": "c", "status": "available"},
        "fitbit": {"client_id": "c", "status": "retired"},
    }
    kept, resting = connect(alice), connect(bob, provider="fitbit")
    assert retired.put_to_rest(now=NOW) == 1
    assert state(kept)[0] == "active"
    assert state(resting) == RESTS


def test_steps_stay_and_only_who_has_nothing_else_is_broken(alice, bob, charlie, settings):
    settings.PROVIDERS = {"fitbit": {"client_id": "c"}}
    day = DayFactory(person=alice)
    for person in (alice, bob, charlie):
        connect(person)
    connect(bob, provider="fitbit")
    earlier = NOW - timedelta(days=2)
    Freshness.objects.create(person=charlie, confirmed_at=earlier, broken_since=earlier)
    retired.put_to_rest(now=NOW)
    day.refresh_from_db()
    broken = dict(Freshness.objects.values_list("person", "broken_since"))
    assert broken.get(alice.pk) == NOW
    assert broken.get(bob.pk) is None
    assert broken.get(charlie.pk) == earlier


def test_many_are_retired_in_few_statements(
    alice, settings, django_assert_max_num_queries, monkeypatch
):
    settings.PROVIDERS = {}
    monkeypatch.setattr(retired, "BATCH", 4)
    for number in range(10):
        connect(alice, account_id=f"account-{number}")
    with django_assert_max_num_queries(40):
        assert retired.put_to_rest(now=NOW) == 10
    assert set(Connection.objects.values_list("status", flat=True)) == {"retired"}


def test_the_beat_does_it(alice, settings):
    settings.PROVIDERS = {}
    connect(alice)
    assert tasks.rest_retired() == 1
    beat = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "sync.tasks.rest_retired" in beat
