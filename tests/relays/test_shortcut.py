"""The Apple shortcut: self-reported days, tolerant reading, words for the person who runs it."""

import pytest

from steps.models import Bucket, Source

pytestmark = pytest.mark.django_db


def payload(days, **more):
    return {
        "schema": "steps-shortcut/1",
        "tz": "Europe/Berlin",
        "sent_at": "2026-11-18T12:00:00+01:00",
        "days": days,
    } | more


TWO_DAYS = [{"date": "2026-11-17", "steps": 8423}, {"date": "2026-11-18", "steps": 6110}]


def send(phone, body):
    return phone.post("shortcut", body)


def test_two_days_are_stored_and_said_in_words(iphone, steps_on):
    answer = send(iphone, payload(TWO_DAYS))
    assert answer.status_code == 200
    assert answer.json()["message"] == "Stored. 2026-11-17: 8,423 steps, 2026-11-18: 6,110 steps."
    assert (steps_on("2026-11-17"), steps_on("2026-11-18")) == (8423, 6110)


def test_the_source_says_that_it_is_self_reported(iphone, api, alice):
    send(iphone, payload(TWO_DAYS))
    source = api(alice).get("/api/v1/steps/2026-11-18").json()["sources"][0]
    assert (source["name"], source["kind"]) == ("Apple Shortcut", "manual")


@pytest.mark.parametrize(
    "days",
    [
        [{"date": "2026-11-17\n2026-11-18", "steps": "8423\n6110"}],
        {"date": "2026-11-17\n2026-11-18\n", "steps": "8423\n6110"},
        {"date": ["2026-11-17", "2026-11-18"], "steps": [8423, "6110"]},
        [{"date": "2026-11-17T00:00:00+01:00", "steps": "8,423"}, TWO_DAYS[1]],
        [{"date": "2026-11-17", "steps": "8.423"}, {"date": "2026-11-18", "steps": "6110,4"}],
        [{"date": " 2026-11-17", "steps": "8\u202f423"}, {"date": "2026-11-18", "steps": 6110.9}],
    ],
)
def test_the_ways_shortcuts_writes_lists_and_numbers(iphone, steps_on, days):
    assert send(iphone, payload(days)).status_code == 200
    assert (steps_on("2026-11-17"), steps_on("2026-11-18")) == (8423, 6110)


def test_a_later_run_replaces_the_day(iphone, pass_time, steps_on):
    send(iphone, payload(TWO_DAYS))
    pass_time(60)
    later = payload([{"date": "2026-11-18", "steps": 7000}], sent_at="2026-11-18T13:00:00+01:00")
    send(iphone, later)
    assert steps_on("2026-11-18") == 7000
    assert Bucket.objects.count() == 2


def test_measured_steps_always_come_before_self_reported_ones(iphone, pass_time, steps_on):
    send(iphone, payload([{"date": "2026-11-18", "steps": 50000}]))
    pass_time(5)
    hour = {"date": "2026-11-18 08:00:00 +0100", "qty": 900}
    metrics = [{"name": "step_count", "units": "count", "data": [hour]}]
    headers = {"automation-aggregation": "Hours"}
    iphone.post("health-auto-export", {"data": {"metrics": metrics}}, **headers)
    assert steps_on("2026-11-18") == 900
    pass_time(5)
    send(iphone, payload([{"date": "2026-11-18", "steps": 60000}], sent_at=None))
    assert steps_on("2026-11-18") == 900


def test_measured_steps_of_another_connection_come_first_too(iphone, android, steps_on):
    send(iphone, payload([{"date": "2026-11-18", "steps": 50000}]))
    day = {"count": 700, "start_time": "2026-11-17T23:00:00Z", "end_time": "2026-11-18T10:00:00Z"}
    android.post("hc-webhook", {"timestamp": "2026-11-18T10:00:00Z", "steps": [day]})
    assert steps_on("2026-11-18") == 700


def test_hours_instead_of_days_are_explained(iphone, steps_on):
    hours = [{"date": "2026-11-17", "steps": n} for n in (100, 200, 300)]
    answer = send(iphone, payload([*hours, TWO_DAYS[1]]))
    assert answer.status_code == 207
    assert "group the steps by day" in answer.json()["message"]
    assert (steps_on("2026-11-17"), steps_on("2026-11-18")) == (None, 6110)


def test_unequal_lists_are_explained(iphone):
    answer = send(iphone, payload({"date": "2026-11-17\n2026-11-18", "steps": "8423"}))
    assert answer.status_code == 207
    assert "2 dates came with 1 numbers" in answer.json()["message"]


def test_a_date_in_words_is_explained(iphone):
    answer = send(iphone, payload([{"date": "18. November", "steps": 5}]))
    assert "2026-11-18" in answer.json()["message"]
    assert Source.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"schema": "steps-shortcut/9"}', b"\x00"])
def test_what_is_no_shortcut_says_what_it_has_to_be(iphone, body):
    answer = send(iphone, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("This could not be read: ")
