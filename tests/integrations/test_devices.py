"""The stored trackers are exactly those the provider named last."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.contract import TrackerDevice
from integrations.devices import replace_devices
from integrations.models import Device
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db


def tracker(external_id="1", name="Charge 6", battery="High", at=NOON):
    return TrackerDevice(
        external_id=external_id, name=name, kind="tracker", battery=battery, last_synced_at=at
    )


def test_new_changed_and_gone_trackers_are_settled_in_one_go():
    row = ConnectionFactory()
    replace_devices(connection_id=row.pk, devices=[tracker("1"), tracker("2"), tracker("3")])
    replace_devices(
        connection_id=row.pk, devices=[tracker("1"), tracker("2", battery="Low"), tracker("4")]
    )
    stored = set(Device.objects.values_list("external_id", "battery"))
    assert stored == {("1", "High"), ("2", "Low"), ("4", "High")}


def test_the_same_list_again_writes_nothing():
    row = ConnectionFactory()
    replace_devices(connection_id=row.pk, devices=[tracker()])
    with CaptureQueriesContext(database) as queries:
        replace_devices(connection_id=row.pk, devices=[tracker()])
    assert [
        q["sql"] for q in queries if "SELECT" not in q["sql"] and "SAVEPOINT" not in q["sql"]
    ] == []


def test_other_connections_keep_theirs():
    mine, other = ConnectionFactory(), ConnectionFactory()
    replace_devices(connection_id=other.pk, devices=[tracker()])
    replace_devices(connection_id=mine.pk, devices=[])
    assert Device.objects.get().connection == other


def test_a_tracker_named_twice_and_texts_that_are_too_long_do_no_harm():
    row = ConnectionFactory()
    long = TrackerDevice(
        external_id="x" * 500, name="n" * 500, kind="k" * 50, battery="b" * 50, last_synced_at=None
    )
    replace_devices(connection_id=row.pk, devices=[long, long])
    assert Device.objects.get().last_synced_at is None
