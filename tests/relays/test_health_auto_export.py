"""Health Auto Export: hours and days are replaced by their start, finer rows are never counted."""

import json

import pytest

from integrations.models import Connection, Installation
from steps.models import Bucket, Sample

pytestmark = pytest.mark.django_db

HOURS, DAYS = {"automation-aggregation": "Hours"}, {"automation-aggregation": "Days"}


def row(date, qty, source="Ana's Apple Watch|iPhone"):
    found = {"date": date, "qty": qty}
    return found if source is None else found | {"source": source}


def payload(*rows, name="step_count", **siblings):
    metric = {"name": name, "units": "count", "data": list(rows)}
    return {"data": {"metrics": [metric], "workouts": []} | siblings}


def hour(number, qty, **more):
    return row(f"2026-11-18 {number:02}:00:00 +0100", qty, **more)


def send(phone, body, headers=HOURS):
    return phone.post("health-auto-export", body, **headers)


def test_hours_as_the_app_sends_them(iphone, steps_on):
    body = payload(
        hour(7, 412.37),
        hour(8, 1290.0, source="Ana's Apple Watch"),
        hour(9, 88, source=None),
        stateOfMind=[{"id": "x"}],
        medications=None,
    )
    headers = HOURS | {
        "automation-name": "Stepwell",
        "automation-id": "6F3C",
        "automation-period": "Default",
        "session-id": "5A1E5B1C-0C8A-4E6B-9A0E-1F2D3C4B5A69",
    }
    answer = send(iphone, body, headers)
    assert answer.status_code == 200
    assert answer.json()["stored"] == 3
    assert answer.json()["days"] == [{"date": "2026-11-18", "steps": 1790, "status": "live"}]
    assert steps_on("2026-11-18") == 1790


def test_vector_21_a_grown_hour_replaces_the_smaller_one(iphone, pass_time, steps_on):
    send(iphone, payload(hour(10, 500)))
    pass_time(20)
    send(iphone, payload(hour(10, 620)))
    assert steps_on("2026-11-18") == 620


def test_vector_24_fractions_are_rounded_once_per_day(iphone, steps_on):
    send(iphone, payload(hour(8, 1040.13), hour(9, 1040.13)))
    assert steps_on("2026-11-18") == 2080


def test_the_source_text_may_change_between_sends(iphone, pass_time, steps_on):
    """A watch that reports late turns "iPhone" into "Watch|iPhone" for the same hour."""
    send(iphone, payload(hour(10, 500, source="iPhone")))
    pass_time(5)
    send(iphone, payload(hour(10, 480, source="Ana's Apple Watch|iPhone")))
    assert steps_on("2026-11-18") == 480
    assert Bucket.objects.count() == 1


def test_a_batched_run_comes_in_several_requests(iphone, steps_on):
    session = HOURS | {"session-id": "5A1E5B1C"}
    for number, qty in ((7, 100), (8, 200), (9, 300)):
        assert send(iphone, payload(hour(number, qty)), session).status_code == 200
    assert steps_on("2026-11-18") == 600


def test_a_repeat_changes_nothing(iphone, pass_time, steps_on):
    first = send(iphone, payload(hour(7, 100), hour(8, 200)))
    pass_time(1)
    reordered = json.dumps(payload(hour(8, 200), hour(7, 100)), sort_keys=True).encode()
    second = send(iphone, reordered)
    assert (first.json()["changed"], second.json()["changed"]) == (2, 0)
    assert steps_on("2026-11-18") == 300


def test_whole_days_belong_to_the_date_they_name(iphone, steps_on):
    body = payload(row("2026-11-17 00:00:00 +0100", 8423.4), row("2026-11-18 00:00:00 +0100", 3100))
    assert send(iphone, body, DAYS).status_code == 200
    assert (steps_on("2026-11-17"), steps_on("2026-11-18")) == (8423, 3100)


def test_a_day_on_a_journey_keeps_its_own_date(iphone, steps_on):
    send(iphone, payload(row("2026-11-17 00:00:00 -0800", 9000)), DAYS)
    assert steps_on("2026-11-17") == 9000


def test_a_day_that_begins_in_the_middle_never_lowers_the_day(iphone, pass_time, steps_on):
    send(iphone, payload(row("2026-11-18 00:00:00 +0100", 5000)), DAYS)
    pass_time(10)
    send(iphone, payload(row("2026-11-18 09:12:41 +0100", 700)), DAYS)
    assert steps_on("2026-11-18") == 5000


@pytest.mark.parametrize("grouping", [None, "Minutes", "Seconds", "Default", "Weeks", "", "⌚"])
def test_other_groupings_are_noted_and_never_counted(iphone, steps_on, grouping):
    """Second by second the watch's and the phone's steps stand side by side: 15,362 for 5,731."""
    rows = [row(f"2026-11-18 07:{n // 60:02}:{n % 60:02} +0100", 12.1) for n in range(300)]
    headers = {} if grouping is None else {"automation-aggregation": grouping}
    answer = send(iphone, payload(*rows), headers)
    assert answer.status_code == 207
    assert "Time Grouping" in answer.json()["message"]
    assert steps_on("2026-11-18") is None
    assert Bucket.objects.count() == Sample.objects.count() == 0
    assert Connection.objects.get().reason == "misconfigured_grouping"
    noted = Installation.objects.get().status["health_auto_export"]
    assert noted["rows"] == 300
    assert noted["grouping"] == (headers.get("automation-aggregation") or "missing")


def test_a_corrected_grouping_clears_the_note(iphone, pass_time):
    send(iphone, payload(hour(7, 10)), {"automation-aggregation": "Minutes"})
    pass_time(5)
    send(iphone, payload(row("2026-11-18 07:00:00 +0100", 80), name="heart_rate"), {})
    assert Connection.objects.get().reason == "misconfigured_grouping"
    send(iphone, payload(hour(7, 10)))
    assert Connection.objects.get().reason == ""


def test_changing_from_days_to_hours_does_not_freeze_the_day(iphone, pass_time, steps_on):
    send(iphone, payload(row("2026-11-18 00:00:00 +0100", 1200)), DAYS)
    pass_time(60)
    send(iphone, payload(hour(11, 300)))
    assert steps_on("2026-11-18") == 1200
    pass_time(60)
    send(iphone, payload(hour(8, 900), hour(11, 700)))
    assert steps_on("2026-11-18") == 1600


def test_hours_off_the_clock_end_where_the_next_begins(iphone, pass_time, steps_on):
    """ "Since Last Sync" counts hours from the last run: 10:23, 11:23, and now it is 12:00."""
    send(
        iphone,
        payload(row("2026-11-18 10:23:11 +0100", 600), row("2026-11-18 11:23:11 +0100", 150)),
    )
    pass_time(40)
    send(iphone, payload(row("2026-11-18 12:00:00 +0100", 90.5)))
    assert steps_on("2026-11-18") == 840


def test_an_hour_across_midnight_is_shared_between_the_days(iphone, steps_on):
    send(
        iphone,
        payload(row("2026-11-17 23:40:00 +0100", 60), row("2026-11-18 00:40:00 +0100", 30)),
    )
    assert (steps_on("2026-11-17"), steps_on("2026-11-18")) == (20, 70)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-18 10:00:00 AM +0100",
        "2026-11-18 10:00:00\u202fAM +0100",
        "2026-11-18 10:00:00 a.m. +0100",
        "2026-11-18 10:00:00 +01:00",
        "2026-11-18T10:00:00+01:00",
        "2026-11-18 09:00:00 Z",
        "2026-11-18 02:30:00 PM +0530",
        "2026-11-18 14:30:00 +0530",
    ],
)
def test_every_way_to_write_ten_in_berlin(iphone, steps_on, written):
    assert send(iphone, payload(row(written, 321))).status_code == 200
    assert Bucket.objects.get().start.isoformat() == "2026-11-18T09:00:00+00:00"
    assert steps_on("2026-11-18") == 321


def test_midnight_and_noon_on_a_twelve_hour_clock(iphone):
    send(
        iphone,
        payload(row("2026-11-18 12:00:00 AM +0100", 5), row("2026-11-17 12:00:00 PM +0100", 6)),
    )
    starts = sorted(bucket.start.isoformat() for bucket in Bucket.objects.all())
    assert starts == ["2026-11-17T11:00:00+00:00", "2026-11-17T23:00:00+00:00"]


def test_one_bad_row_never_loses_the_others(iphone, steps_on):
    rows = [
        hour(7, 100),
        hour(8, "many"),
        row("yesterday", 5),
        {"qty": 4},
        "row",
        hour(9, -3),
        row("2026-13-40 07:00:00 +0100", 3),
        hour(10, None),
        hour(23, 50),
        hour(6, "40.5"),
    ]
    body = json.dumps(payload(*rows)).replace('"row"', '"row", {"date": 5, "qty": NaN}')
    answer = send(iphone, body.encode())
    assert answer.status_code == 207
    assert len(answer.json()["rejected"]) == 9
    assert "in_the_future" in {each["code"] for each in answer.json()["rejected"]}
    assert steps_on("2026-11-18") == 140


def test_other_metrics_are_none_of_our_business(iphone, steps_on):
    body = payload(row("2026-11-18 07:00:00 +0100", 61), name="heart_rate")
    assert send(iphone, body).status_code == 200
    assert steps_on("2026-11-18") is None
    assert Installation.objects.get().last_seen_at is not None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"a,b\n1,2", b"[" * 100_000])
def test_what_is_no_json_is_never_a_4xx(iphone, body):
    answer = send(iphone, body)
    assert answer.status_code == 207
    assert answer.json()["stored"] == 0
    assert "unreadable" in Installation.objects.get().status["health_auto_export"]


@pytest.mark.parametrize(
    "body",
    [{}, {"data": []}, {"data": {"metrics": None}}, {"data": {"metrics": [3, {"name": ["x"]}]}}],
)
def test_nothing_in_it_is_all_stored(iphone, body):
    assert send(iphone, body).status_code == 200


def test_odd_lists_are_partly_stored(iphone):
    assert send(iphone, {"data": {"metrics": {"name": "step_count"}}}).status_code == 207
    body = {"data": {"metrics": [{"name": "step_count", "data": "none"}]}}
    assert send(iphone, body).status_code == 207


def test_samples_of_our_own_app_are_never_added_to_its_hours(iphone, pass_time, steps_on):
    send(iphone, payload(hour(9, 1000)))
    own = {
        "schema": "relay/1",
        "samples": [
            {
                "id": "w1",
                "start": "2026-11-18T08:00:00Z",
                "end": "2026-11-18T08:30:00Z",
                "count": 980,
                "source": {"app": "com.apple.health.0B1C", "product": "Watch7,5"},
            }
        ],
    }
    assert iphone.post("uploads", own).status_code == 200
    assert steps_on("2026-11-18") == 1000
    pass_time(1)
    assert iphone.post("uploads", own).status_code == 200
    assert steps_on("2026-11-18") == 980
