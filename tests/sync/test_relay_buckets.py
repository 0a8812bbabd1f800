"""A phone's own totals are a civil day's, wherever the phone is, or windows that tile it."""

import pytest

from steps.models import Bucket
from tests.sync.test_installations_api import connected, push

pytestmark = pytest.mark.django_db
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


@pytest.fixture
def me(api, alice, time_machine):
    """Somebody who lives in New York, at noon in Berlin."""
    alice.timezone = NEW_YORK
    alice.save(update_fields=["timezone"])
    time_machine.move_to("2026-11-20T11:00:00Z")
    return api(alice)


@pytest.fixture
def token(me):
    return connected(me, "healthkit")["relay_token"]


@pytest.fixture
def phone(me, token):
    """Return a function that uploads buckets from a zone and gives the steps of two days."""

    def send(*buckets, zone=BERLIN):
        answer = push(token, buckets=list(buckets), time_zone=zone)
        assert answer.json()["rejected"] == []
        told = me.get("/api/v1/steps?from=2026-11-18&to=2026-11-19").json()["results"]
        return [day["steps"] for day in told]

    return send


def bucket(start, end, steps, day="2026-11-19"):
    named = {"local_date": day} if day else {}
    return {"start": start, "end": end, "steps_all": steps} | named


MIDNIGHT = "2026-11-18T23:00:00Z"


def test_a_running_day_total_of_another_zone_leaves_nothing_on_the_day_before(phone):
    assert phone(bucket(MIDNIGHT, "2026-11-19T09:00:00Z", 4000)) == [None, 4000]
    assert phone(bucket(MIDNIGHT, "2026-11-19T13:00:00Z", 6500)) == [None, 6500]
    assert phone(bucket(MIDNIGHT, "2026-11-19T23:00:00Z", 9000)) == [None, 9000]
    assert Bucket.objects.get().whole_day


@pytest.mark.parametrize("zone", [None, "Nowhere/Land", NEW_YORK, "UTC"])
@pytest.mark.parametrize("day", [None, "2026-11-19"])
def test_the_offset_a_start_came_with_tells_its_midnight(phone, zone, day):
    local = bucket("2026-11-19T00:00:00+01:00", "2026-11-19T10:00:00+01:00", 4000, day)
    assert phone(local, zone=zone) == [None, 4000]


@pytest.mark.parametrize("zone", [None, "Nowhere/Land", NEW_YORK])
def test_a_whole_day_that_names_its_date_is_that_dates_wherever_it_begins(phone, zone):
    assert phone(bucket(MIDNIGHT, "2026-11-19T23:00:00Z", 9000), zone=zone) == [None, 9000]


def test_a_day_without_a_name_in_a_zone_nobody_told_is_cut_by_the_persons_days(phone):
    assert phone(bucket(MIDNIGHT, "2026-11-19T23:00:00Z", 2400, None), zone=None) == [600, 1800]


@pytest.mark.parametrize("order", [1, -1])
def test_buckets_of_some_hours_tile_the_day(phone, order):
    quarters = [
        bucket("2026-11-19T05:00:00Z", "2026-11-19T11:00:00Z", 100, None),
        bucket("2026-11-19T11:00:00Z", "2026-11-19T17:00:00Z", 200, None),
        bucket("2026-11-19T17:00:00Z", "2026-11-19T23:00:00Z", 400, None),
        bucket("2026-11-19T23:00:00Z", "2026-11-20T05:00:00Z", 800, None),
    ]
    assert phone(*quarters[::order], zone=NEW_YORK) == [None, 1500]
    assert not Bucket.objects.filter(whole_day=True).exists()


def test_hours_within_a_running_total_do_not_make_it_a_window(phone):
    hours = [bucket(f"2026-11-19T0{n}:00:00Z", f"2026-11-19T0{n + 1}:00:00Z", 10) for n in (6, 8)]
    assert phone(bucket(MIDNIGHT, "2026-11-19T09:00:00Z", 4000), *hours) == [None, 4000]


def test_an_hour_from_midnight_is_an_hour(phone):
    assert phone(bucket(MIDNIGHT, "2026-11-19T00:00:00Z", 60)) == [60, None]
    assert not Bucket.objects.get().whole_day


def test_a_day_begins_where_clocks_skip_midnight(token, time_machine):
    """Beirut's clocks went from 00:00 to 01:00 on 29 March 2026."""
    time_machine.move_to("2026-03-29T12:00:00Z")
    running = bucket("2026-03-28T22:00:00Z", "2026-03-29T08:00:00Z", 70, None)
    push(token, buckets=[running], time_zone="Asia/Beirut")
    total = Bucket.objects.get()
    assert (total.whole_day, str(total.date)) == (True, "2026-03-29")
