"""Local days through the API: daylight saving, travel, and zones that differ from the profile's."""

import json

import pytest
from rest_framework.test import APIClient

from steps import rebuild
from steps.models import Bucket, Day
from tests.steps.statements import CLOUD, TODAY, cloud, record, steps_on, total, window

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(alice, api, time_machine):
    """Return a function that moves the clock and uploads as Alice's phone."""
    client = APIClient()

    def upload(now, **body):
        time_machine.move_to(now, tick=False)
        if not client._credentials:
            body_of = api(alice).post(
                "/api/v1/connections", {"provider": "healthkit"}, format="json"
            )
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {body_of.json()['relay_token']}")
        answer = client.post(
            "/api/v1/relay/uploads",
            json.dumps({"schema": "relay/1", "sent_at": now, **body}),
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.json()
        assert answer.json()["rejected"] == []
        return {day["date"]: day["steps"] for day in answer.json()["days"]}

    return upload


def walk(start, end, count, name="w"):
    return {
        "id": f"{name}-{start}",
        "start": start,
        "end": end,
        "count": count,
        "source": {"app": "com.apple.health.0B1C", "product": "Watch7,5"},
    }


def bucket(start, end, steps, **more):
    return {"start": start, "end": end, "steps_all": steps, "steps_without_manual": steps, **more}


def move(person, zone, now, api, time_machine):
    time_machine.move_to(now, tick=False)
    answer = api(person).patch("/api/v1/me", {"timezone": zone}, format="json")
    assert answer.status_code == 200, answer.json()
    person.refresh_from_db()


def hours_of(api, person, day):
    return api(person).get(f"/api/v1/steps/{day}").json()["hours"]


def test_a_day_of_25_hours_has_25_hours_and_every_step_once(phone, alice, api):
    """Berlin, 25 October 2026: from 22:00 UTC the day before to 23:00 UTC."""
    found = phone(
        "2026-10-26T12:00:00Z",
        samples=[
            walk("2026-10-24T21:30:00Z", "2026-10-24T22:30:00Z", 60),
            walk("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", 100),
            walk("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", 200),
            walk("2026-10-25T22:30:00Z", "2026-10-25T23:30:00Z", 120),
        ],
    )
    assert found == {"2026-10-24": 30, "2026-10-25": 390, "2026-10-26": 60}
    hours = hours_of(api, alice, "2026-10-25")
    assert len(hours) == 25
    assert [hours[n]["steps"] for n in (0, 2, 3, 24)] == [30, 100, 200, 60]
    assert hours[2]["start"] == "2026-10-25T00:00:00Z"


def test_a_day_of_23_hours_has_23_hours(phone, alice, api):
    found = phone(
        "2026-03-30T12:00:00Z",
        samples=[
            walk("2026-03-28T22:30:00Z", "2026-03-28T23:30:00Z", 60),
            walk("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", 100),
            walk("2026-03-29T21:30:00Z", "2026-03-29T22:30:00Z", 80),
        ],
    )
    assert found == {"2026-03-28": 30, "2026-03-29": 170, "2026-03-30": 40}
    assert len(hours_of(api, alice, "2026-03-29")) == 23


def test_a_zone_chosen_before_anything_is_known_holds_for_the_history(
    phone, alice, api, time_machine
):
    """Somebody new has just told where they live, and uploads the weeks before."""
    alice.timezone = "UTC"
    alice.save()
    move(alice, "Europe/Berlin", "2026-11-18T09:00:00Z", api, time_machine)
    late = walk("2026-10-25T22:30:00Z", "2026-10-25T23:30:00Z", 120)
    assert phone("2026-11-18T10:00:00Z", samples=[late]) == {"2026-10-25": 60, "2026-10-26": 60}
    alice.refresh_from_db()
    assert alice.zone_moves == []
    move(alice, "UTC", "2026-11-18T11:00:00Z", api, time_machine)
    later = walk("2026-10-26T22:30:00Z", "2026-10-26T23:30:00Z", 50)
    assert phone("2026-11-18T12:00:00Z", samples=[late, later]) == {
        "2026-10-25": 60,
        "2026-10-26": 85,
        "2026-10-27": 25,
    }
    alice.refresh_from_db()
    assert len(alice.zone_moves) == 1


def test_the_days_total_of_a_phone_on_a_25_hour_day(phone):
    """The phone's own bucket for the day is 25 hours long and still one day."""
    whole = bucket("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 9000, local_date="2026-10-25")
    assert phone("2026-10-26T12:00:00Z", buckets=[whole], time_zone="Europe/Berlin") == {
        "2026-10-25": 9000
    }


def test_travel_changes_later_days_only_and_loses_no_step(phone, alice, api, time_machine):
    phone(
        "2026-11-20T05:00:00Z",
        samples=[
            walk("2026-11-19T10:00:00Z", "2026-11-19T11:00:00Z", 1000),
            walk("2026-11-20T04:00:00Z", "2026-11-20T05:00:00Z", 500),
        ],
    )
    move(alice, "Pacific/Auckland", "2026-11-20T06:00:00Z", api, time_machine)
    found = phone(
        "2026-11-21T12:00:00Z",
        samples=[
            walk("2026-11-20T05:30:00Z", "2026-11-20T06:30:00Z", 60),
            walk("2026-11-20T10:30:00Z", "2026-11-20T11:30:00Z", 80),
        ],
    )
    # In Auckland it is 19:00 of the 20th at the move; midnight there is at 11:00 UTC.
    assert found == {"2026-11-20": 500 + 60 + 40, "2026-11-21": 40}
    assert Day.objects.get(date="2026-11-19").steps == 1000
    dates = rebuild.days_known(person=alice, first=None, last=None)
    assert rebuild.differences(person=alice, dates=dates) == []
    assert sum(day.steps for day in Day.objects.all()) == 1640


def test_travel_west_makes_a_long_day(phone, alice, api, time_machine):
    phone(
        "2026-11-20T20:00:00Z", samples=[walk("2026-11-20T19:00:00Z", "2026-11-20T20:00:00Z", 500)]
    )
    move(alice, "America/Los_Angeles", "2026-11-20T22:00:00Z", api, time_machine)
    found = phone(
        "2026-11-21T12:00:00Z",
        samples=[walk("2026-11-21T07:30:00Z", "2026-11-21T08:30:00Z", 80)],
    )
    assert found == {"2026-11-20": 500 + 40, "2026-11-21": 40}
    assert len(hours_of(api, alice, "2026-11-20")) == 33


def test_the_phones_zone_decides_nothing_about_samples_and_windows(phone, alice, api):
    """A phone in New York, a profile in Berlin: 23:30 UTC is the 21st, whatever the phone says."""
    found = phone(
        "2026-11-21T12:00:00Z",
        time_zone="America/New_York",
        buckets=[
            bucket("2026-11-20T22:00:00Z", "2026-11-20T23:00:00Z", 100, local_date="2026-11-20"),
            bucket("2026-11-20T23:00:00Z", "2026-11-21T00:00:00Z", 70, local_date="2026-11-20"),
        ],
    )
    assert found == {"2026-11-20": 100, "2026-11-21": 70}
    assert hours_of(api, alice, "2026-11-21")[0]["steps"] == 70


def test_a_window_over_midnight_of_an_odd_zone_is_shared_by_time(phone, alice, api, time_machine):
    """Kathmandu is 5:45 ahead: its midnight lies a quarter into an hour of UTC."""
    move(alice, "Asia/Kathmandu", "2026-11-01T00:00:00Z", api, time_machine)
    found = phone(
        "2026-11-21T12:00:00Z",
        buckets=[bucket("2026-11-20T18:00:00Z", "2026-11-20T19:00:00Z", 400)],
    )
    assert found == {"2026-11-20": 100, "2026-11-21": 300}


def test_a_civil_date_is_taken_as_it_comes(alice):
    """A tracker whose account lives elsewhere names days of its own; a total is never re-cut."""
    cloud(alice, total(7000), at=0)
    alice.move("Pacific/Auckland", now=Bucket.objects.get().as_of)
    alice.save()
    cloud(alice, total(7500), at=10)
    assert steps_on(alice) == 7500
    assert Bucket.objects.get().date == TODAY


def test_hours_of_a_cloud_are_cut_by_the_persons_day_beside_its_civil_total(
    alice, api, time_machine
):
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)
    late = window(12 * 60 + 30, 60, 90, source=CLOUD)
    record(alice, at=24 * 60, phone=None, buckets=(total(5000), late))
    assert steps_on(alice) == 5000
    assert [h["steps"] for h in hours_of(api, alice, TODAY)][-1] == 45
    assert hours_of(api, alice, "2026-11-21")[0]["steps"] == 45
