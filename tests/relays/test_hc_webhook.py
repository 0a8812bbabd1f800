"""HC Webhook: days grow, the day its look-back cut is not lowered, raw records are swept."""

from datetime import datetime, timedelta

import pytest

from integrations.models import Connection, Installation
from steps.models import Bucket, Day, Sample
from sync.models import Run
from users.instants import rfc3339

pytestmark = pytest.mark.django_db

MIDNIGHT_16, MIDNIGHT_17, MIDNIGHT_18 = (f"2026-11-{n}T23:00:00Z" for n in (15, 16, 17))


def element(count, start, end, **more):
    return {"count": count, "start_time": start, "end_time": end} | more


def payload(*steps, at="2026-11-18T11:00:00.123Z", **more):
    body = {"timestamp": at, "app_version": "1.9.4"} | more
    return body | {"steps": list(steps)} if steps else body


def record(
    count, start, end, origin="com.sec.android.app.shealth", method="automatically_recorded"
):
    device = {"manufacturer": "samsung", "model": "SM-R960", "type": 1}
    metadata = {"data_origin": origin, "recording_method": method, "device": device}
    return element(count, start, end, metadata=metadata)


def send(phone, body):
    return phone.post("hc-webhook", body)


def test_vector_22_the_running_day_grows(android, pass_time, steps_on):
    send(android, payload(element(4000, MIDNIGHT_18, "2026-11-18T09:00:00Z")))
    assert steps_on("2026-11-18") == 4000
    pass_time(120)
    later = "2026-11-18T13:00:00.481Z"
    send(android, payload(element(6500, MIDNIGHT_18, later), at=later))
    assert steps_on("2026-11-18") == 6500
    assert Bucket.objects.count() == 1


def test_the_day_the_window_cuts_is_not_lowered(android, pass_time, steps_on):
    """The app looks back 48 hours, so of the 16th only the afternoon is counted."""
    send(
        android,
        payload(
            element(9000, MIDNIGHT_16, MIDNIGHT_17),
            element(7000, MIDNIGHT_17, MIDNIGHT_18),
            element(2000, MIDNIGHT_18, "2026-11-18T11:00:00.123Z"),
        ),
    )
    pass_time(60)
    cut = payload(
        element(4100, MIDNIGHT_16, MIDNIGHT_17),
        element(6900, MIDNIGHT_17, MIDNIGHT_18),
        element(2600, MIDNIGHT_18, "2026-11-18T12:00:00.200Z"),
        at="2026-11-18T12:00:00.200Z",
    )
    assert send(android, cut).status_code == 200
    days = ("2026-11-16", "2026-11-17", "2026-11-18")
    assert [steps_on(day) for day in days] == [9000, 6900, 2600]


def test_the_cut_day_still_raises_what_is_known(android, pass_time, steps_on):
    yesterday = element(500, MIDNIGHT_17, MIDNIGHT_18)
    today = element(100, MIDNIGHT_18, "2026-11-18T11:00:00Z")
    send(android, payload(yesterday, today))
    pass_time(1)
    send(android, payload(yesterday | {"count": 800}, today, at="2026-11-18T11:01:00Z"))
    assert steps_on("2026-11-17") == 800


def test_the_running_day_may_also_fall(android, pass_time, steps_on):
    """Alone in a payload it is the oldest day as well, but the look-back never cuts it."""
    today = element(5000, MIDNIGHT_18, "2026-11-18T11:00:00Z")
    send(android, payload(today))
    pass_time(1)
    send(android, payload(today | {"count": 4900}, at="2026-11-18T11:01:00Z"))
    assert steps_on("2026-11-18") == 4900


def test_a_day_on_a_journey_keeps_its_date(android, steps_on):
    """New York's midnight is 05:00 UTC."""
    send(android, payload(element(8000, "2026-11-17T05:00:00Z", "2026-11-18T05:00:00Z")))
    assert steps_on("2026-11-17") == 8000


def test_the_first_minutes_of_a_day_are_a_day(android, time_machine, steps_on):
    time_machine.move_to("2026-11-17T23:05:00Z", tick=False)
    early = "2026-11-17T23:05:00.001Z"
    send(android, payload(element(40, MIDNIGHT_18, early), at=early))
    assert steps_on("2026-11-18") == 40
    assert Bucket.objects.get().whole_day


def test_raw_records_of_two_apps_are_swept_not_added(android, steps_on):
    watch = record(600, "2026-11-18T08:00:00Z", "2026-11-18T09:00:00Z")
    phone = element(
        500,
        "2026-11-18T08:10:00Z",
        "2026-11-18T08:20:00Z",
        metadata={"data_origin": "android", "recording_method": "unknown"},
    )
    assert send(android, payload(watch, phone)).json()["stored"] == 2
    assert steps_on("2026-11-18") == 600
    assert Installation.objects.get().status["hc_webhook"] == {"resolution": "raw"}


def test_a_record_sent_again_with_another_count_replaces_itself(android, pass_time, steps_on):
    """Records come without an id; writer, device and interval stand for it."""
    span = ("2026-11-18T08:00:00Z", "2026-11-18T09:00:00Z")
    send(android, payload(record(600, *span)))
    pass_time(5)
    send(android, payload(record(640, *span), at="2026-11-18T11:05:00Z"))
    assert steps_on("2026-11-18") == 640
    assert Sample.objects.count() == 1


def test_manual_entry_is_kept_and_not_counted(android, steps_on, alice):
    typed = record(5000, "2026-11-18T08:00:00Z", "2026-11-18T08:30:00Z", method="manual_entry")
    walked = record(300, "2026-11-18T09:00:00Z", "2026-11-18T09:10:00Z")
    send(android, payload(typed, walked))
    assert steps_on("2026-11-18") == 300
    assert Day.objects.get(person=alice).steps_with_manual == 5300


def test_minute_buckets_never_shrink(android, pass_time, steps_on):
    """A bucket sent again holds only records newer than the last run."""
    bucket = element(300, "2026-11-18T08:00:00Z", "2026-11-18T08:15:00Z")
    second = element(90, "2026-11-18T08:15:00Z", "2026-11-18T08:30:00Z")
    send(android, payload(bucket, second))
    pass_time(5)
    send(android, payload(bucket | {"count": 200}, at="2026-11-18T11:05:00Z"))
    assert steps_on("2026-11-18") == 390
    assert Installation.objects.get().status["hc_webhook"] == {"resolution": "minutes"}


def sums(minutes, first, count, steps=10):
    """``count`` sums of some minutes each that follow each other from ``first`` on."""
    start, length = datetime.fromisoformat(first), timedelta(minutes=minutes)
    starts = [start + n * length for n in range(count)]
    return [element(steps, rfc3339(each), rfc3339(each + length)) for each in starts]


@pytest.mark.parametrize("minutes", [1, 5, 10, 15, 20, 30, 60, 120])
def test_sums_of_any_minutes_fill_the_day(android, pass_time, steps_on, minutes):
    half_a_day = sums(minutes, MIDNIGHT_18, 12 * 60 // minutes)
    for n, posted in enumerate((half_a_day, half_a_day[2:], half_a_day)):
        send(android, payload(*posted, at=f"2026-11-18T11:0{n}:00Z"))
        assert steps_on("2026-11-18") == 10 * len(half_a_day)
        pass_time(1)
    assert not Bucket.objects.filter(whole_day=True).exists()
    assert Sample.objects.count() == 0


@pytest.mark.parametrize("minutes", [10, 60, 120])
def test_the_first_sum_after_midnight_is_one_of_the_others(
    android, time_machine, steps_on, minutes
):
    """The app looks back 48 hours: the days before tell what today's only sum is."""
    yesterday = sums(minutes, "2026-11-17T17:00:00Z", 6 * 60 // minutes)
    first = element(
        40, MIDNIGHT_18, rfc3339(datetime.fromisoformat(MIDNIGHT_18) + timedelta(minutes=minutes))
    )
    time_machine.move_to("2026-11-17T23:02:00Z", tick=False)
    send(android, payload(*yesterday, first, at="2026-11-17T23:02:00Z"))
    assert steps_on("2026-11-18") == 40
    assert not Bucket.objects.filter(whole_day=True).exists()


def test_a_single_sum_after_midnight_is_what_the_app_sent_before(android, time_machine, steps_on):
    send(android, payload(*sums(10, "2026-11-18T08:00:00Z", 3), at="2026-11-18T11:00:00Z"))
    time_machine.move_to("2026-11-18T23:12:00Z", tick=False)
    first, second = sums(10, "2026-11-18T23:00:00Z", 2, steps=40)
    send(android, payload(first, at="2026-11-18T23:12:00Z"))
    time_machine.move_to("2026-11-18T23:22:00Z", tick=False)
    send(android, payload(second, at="2026-11-18T23:22:00Z"))
    assert (steps_on("2026-11-18"), steps_on("2026-11-19")) == (30, 80)


def test_days_after_sums_are_days_again(android, time_machine, steps_on):
    """Somebody followed the advice and set the resolution back to Daily, shortly after midnight."""
    send(android, payload(*sums(10, "2026-11-18T08:00:00Z", 3), at="2026-11-18T11:00:00Z"))
    time_machine.move_to("2026-11-18T23:12:00Z", tick=False)
    days = (
        element(7000, MIDNIGHT_18, "2026-11-18T23:00:00Z"),
        element(5, "2026-11-18T23:00:00Z", "2026-11-18T23:12:00Z"),
    )
    send(android, payload(*days, at="2026-11-18T23:12:00Z"))
    assert (steps_on("2026-11-18"), steps_on("2026-11-19")) == (7000, 5)
    assert Bucket.objects.filter(whole_day=True).count() == 2


def test_a_sum_that_was_still_running_is_replaced_by_its_start(android, pass_time, steps_on):
    for n, (end, steps) in enumerate((("08:07", 300), ("08:10", 350), ("08:10", 20), ("08:20", 9))):
        posted = element(steps, "2026-11-18T08:00:00Z", f"2026-11-18T{end}:00Z")
        send(android, payload(posted, at=f"2026-11-18T11:0{n}:00Z"))
        pass_time(1)
    assert steps_on("2026-11-18") == 350


def test_a_sum_that_comes_twice_counts_once(android, steps_on):
    first = element(100, "2026-11-18T08:00:07Z", "2026-11-18T08:10:11Z")
    send(android, payload(first, first))
    assert steps_on("2026-11-18") == 100
    assert Bucket.objects.count() == 1


def test_a_running_day_that_comes_twice_is_one_day(android, steps_on):
    running = [element(n, MIDNIGHT_18, f"2026-11-18T0{n // 1000}:00:00Z") for n in (4000, 5000)]
    send(android, payload(*running))
    assert steps_on("2026-11-18") == 5000
    assert Bucket.objects.get().whole_day


def test_the_test_button_is_answered_and_not_stored(android, steps_on):
    made_up = payload(element(8432, MIDNIGHT_17, "2026-11-18T10:30:00Z"), test=True)
    answer = send(android, made_up)
    assert answer.status_code == 200
    assert steps_on("2026-11-17") is None
    assert Bucket.objects.count() == Run.objects.count() == 0
    assert Connection.objects.get().last_data_at is None


def test_absent_arrays_are_fine(android):
    body = payload(heart_rate=[{"bpm": 61, "time": "2026-11-18T08:00:00Z"}])
    assert send(android, body).status_code == 200
    assert Installation.objects.get().app_version == "1.9.4"


def test_one_bad_element_never_loses_the_others(android, steps_on):
    good = element(4000, MIDNIGHT_18, "2026-11-18T09:00:00Z")
    bad = [
        element("x", MIDNIGHT_18, "2026-11-18T09:00:00Z"),
        element(4, "2026-11-18T09:00:00Z", "2026-11-18T08:00:00Z"),
        element(4, "2026-11-18T09:00:00", "2026-11-18T10:00:00"),
        element(float("inf"), MIDNIGHT_18, "2026-11-18T09:00:00Z"),
        {"metadata": 5},
        7,
    ]
    answer = send(android, payload(*bad, good))
    assert answer.status_code == 200
    assert [each["index"] for each in answer.json()["rejected"]] == [0, 1, 2, 3, 4, 5]
    assert steps_on("2026-11-18") == 4000


def test_a_phone_that_is_a_date_ahead_is_believed_one_far_ahead_not(android, steps_on):
    ahead = element(10, "2026-11-18T11:00:00Z", "2026-11-18T23:30:00Z")
    far = element(10, "2026-11-20T23:00:00Z", "2026-11-21T05:00:00Z")
    answer = send(android, payload(ahead, far))
    assert [each["code"] for each in answer.json()["rejected"]] == ["in_the_future"]


def test_what_is_no_json_is_named(android):
    answer = send(android, b"{")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_upload")
