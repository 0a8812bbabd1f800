"""What a phone pushes, counted once, whatever it sends twice, late, wrongly or zipped."""

import gzip
import json
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.people import TIMEOUT, Phone, eventually

pytestmark = pytest.mark.slow
WATCH = {"app": "com.apple.health.0B1C", "name": "Apple Watch", "product": "Watch7,5"}
IPHONE = {"app": "com.apple.health.77AA", "name": "iPhone", "product": "iPhone17,1"}


@pytest.fixture
def yesterday(walker):
    return walker.day(1)


@pytest.fixture
def at(walker, yesterday):
    """Return a function from minutes after ten o'clock yesterday to an instant."""
    ten = datetime.combine(yesterday, time(10), ZoneInfo(walker.zone))
    return lambda minutes: (ten + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def watch_and_phone(at):
    """100 steps on the watch, 80 on the phone, of which 5 of 10 minutes overlap: 140."""
    return [
        _sample("watch-1", WATCH, at(0), at(10), 100),
        _sample("phone-1", IPHONE, at(5), at(15), 80),
    ]


def _sample(name, source, start, end, count, **more):
    more = {"id": name, "source": source, "start": start, "end": end, "count": count} | more
    return {"manual": False} | more


def _steps_of(answer, day):
    return {each["date"]: each["steps"] for each in answer.json()["days"]}[day.isoformat()]


def test_watch_and_phone_are_counted_once(phone, walker, yesterday, watch_and_phone, challenge):
    walker.join(challenge)
    answer = phone.push(samples=watch_and_phone)
    assert (answer.status_code, _steps_of(answer, yesterday)) == (200, 140)
    assert walker.steps() == {yesterday.isoformat(): 140}
    eventually(lambda: walker.score(challenge) == 140)
    told = walker.get(f"steps/{yesterday}")
    counted = {source["kind"]: source["counted"] for source in told["sources"]}
    assert counted == {"watch": 100, "phone": 40}


def test_sending_it_again_changes_nothing(phone, walker, yesterday, watch_and_phone):
    body = phone.body(samples=watch_and_phone)
    first, again = (phone.http.post(phone.url, json=body, timeout=TIMEOUT).json() for _ in range(2))
    assert (first["accepted"], first["unchanged"]) == (2, 0)
    assert (again["accepted"], again["unchanged"]) == (0, 2)
    assert walker.steps() == {yesterday.isoformat(): 140}
    assert len(walker.get(f"steps/{yesterday}")["history"]) == 1


def test_a_deleted_sample_takes_its_steps_along_for_good(phone, walker, yesterday, watch_and_phone):
    phone.push(samples=watch_and_phone)
    assert _steps_of(phone.push(deleted=["watch-1"]), yesterday) == 80
    phone.push(samples=watch_and_phone)
    assert walker.steps() == {yesterday.isoformat(): 80}


def test_a_complete_window_heals_a_lost_deletion(phone, walker, yesterday, watch_and_phone, at):
    phone.push(samples=watch_and_phone)
    window = {"from": at(-30), "to": at(60), "complete": True}
    phone.push(samples=watch_and_phone[:1], window=window)
    assert walker.steps() == {yesterday.isoformat(): 100}


def test_a_zipped_upload_is_the_same_upload(phone, walker, yesterday, watch_and_phone):
    plain = json.dumps(phone.body(samples=watch_and_phone)).encode()
    zipped = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = phone.http.post(phone.url, data=gzip.compress(plain), headers=zipped, timeout=TIMEOUT)
    assert (answer.status_code, _steps_of(answer, yesterday)) == (200, 140)


def test_one_bad_record_never_loses_the_others(phone, walker, yesterday, watch_and_phone, at):
    bad = [
        _sample("negative", WATCH, at(20), at(30), -5),
        _sample("backwards", WATCH, at(30), at(20), 5),
        {"id": "no count", "start": at(20), "end": at(30)},
        "not even an object",
    ]
    answer = phone.push(samples=[watch_and_phone[0], *bad, watch_and_phone[1]]).json()
    assert (answer["accepted"], sorted(each["index"] for each in answer["rejected"])) == (
        2,
        [1, 2, 3, 4],
    )
    assert walker.steps() == {yesterday.isoformat(): 140}


def test_a_locked_phone_is_silent_not_idle(phone, walker, yesterday, watch_and_phone):
    phone.push(samples=watch_and_phone)
    status = {"protected_data": "unavailable", "failures_since_ok": 3}
    heartbeat = phone.http.post(
        phone.url.replace("uploads", "status"), json=status, timeout=TIMEOUT
    )
    assert heartbeat.status_code == 200
    assert walker.steps() == {yesterday.isoformat(): 140}


def test_typed_in_steps_are_kept_apart(phone, walker, yesterday, watch_and_phone, at):
    typed = _sample("typed", {"app": "com.apple.Health"}, at(60), at(120), 50_000, manual=True)
    phone.push(samples=[*watch_and_phone, typed])
    told = walker.get(f"steps/{yesterday}")
    assert told["steps"] == 140
    assert told["excluded"] == [{"reason": "manual", "steps": 50_000}]


def test_a_disconnected_phone_is_told_to_stop_and_may_come_back(
    phone, walker, yesterday, watch_and_phone
):
    phone.push(samples=watch_and_phone)
    connection = walker.connection("healthkit")
    walker.post(f"connections/{connection['id']}/disconnect")
    refused = phone.push(samples=[])
    assert (refused.status_code, refused.json()["code"]) == (410, "relay_disconnected")
    again = Phone(walker)
    assert again.push(samples=watch_and_phone).json()["unchanged"] == 2
    assert walker.connection("healthkit")["id"] == connection["id"]
    assert walker.steps() == {yesterday.isoformat(): 140}


def test_a_tap_waits_for_the_phone(phone, walker):
    [line] = walker.tap()["connections"]
    assert (line["provider"], line["outcome"]) == ("healthkit", "waiting_for_phone")


def test_a_relay_token_opens_nothing_else(phone, walker):
    for path in ("me", "steps", "connections"):
        answer = phone.http.get(f"{walker.base_url}/api/v1/{path}", timeout=TIMEOUT)
        assert answer.status_code == 401
    assert walker.ask("POST", "relay/uploads", json={"schema": "relay/1"}).status_code == 401
