"""Phones that push: what every platform's installation may rely on, over real uploads."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integrations import registry
from tests.contract.conftest import PHONES
from tests.contract.household import NOON, TIMEOUT, day

pytestmark = pytest.mark.django_db(transaction=True)
WATCH = {"app": "com.example.watch", "name": "Watch", "product": "Watch7,5"}


class Phone:
    """One installation: its token, and what it has to say."""

    def __init__(self, owner, slug, answer=None):
        answer = answer or owner.post("connections", provider=slug)
        self.owner, self.slug, self.url = owner, slug, answer["upload_url"]
        self.connection = answer["connection"]
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {answer['relay_token']}"

    def push(self, **parts):
        body = {"schema": "relay/1", "sent_at": datetime.now(UTC).isoformat()}
        body |= {"time_zone": "Europe/Berlin", **parts}
        return self.http.post(self.url, json=body, timeout=TIMEOUT)

    def say_day(self, date, steps, **parts):
        """The platform's own total of a civil day."""
        start = datetime.fromisoformat(f"{date}T00:00:00").replace(tzinfo=self.owner.person.zone)
        end = start + timedelta(days=1)
        bucket = {"start": start.isoformat(), "end": end.isoformat(), "local_date": date}
        return self.push(buckets=[bucket | {"steps_all": steps}], **parts)


def sample(name, steps, *, hours_ago=3, **more):
    start = NOON - timedelta(hours=hours_ago)
    return {
        "id": name,
        "source": WATCH,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=10)).isoformat(),
        "count": steps,
    } | more


@pytest.fixture(params=PHONES)
def phone(request, member):
    return Phone(member, request.param)


def test_the_answer_says_how_to_set_up(phone, member):
    shown = member.connection(phone.slug)
    provider = registry.relay_provider(phone.slug)
    assert (shown["status"], shown["reason"]) == ("active", None)
    answer = member.post("connections", provider=phone.slug)
    assert answer["upload_url"].endswith("/api/v1/relay/uploads")
    assert provider.setup.items() <= answer["setup"].items()


def test_an_upload_is_counted_when_it_is_answered(phone, member):
    answer = phone.say_day(day(1), 8421)
    assert (answer.status_code, answer.json()["days"][0]["steps"]) == (200, 8421)
    assert member.steps() == {day(1): 8421}
    assert member.connection(phone.slug)["last_data_at"] is not None


def test_a_day_grows_and_falls_and_the_same_again_changes_nothing(phone, member):
    for total in (5000, 8421, 8421, 8000):
        phone.say_day(day(1), total)
    assert member.steps() == {day(1): 8000}
    history = member.get(f"steps/{day(1)}")["history"]
    assert [each["to"] for each in history] == [5000, 8421, 8000]


def test_a_batch_sent_twice_is_one_batch(phone, member):
    body = {"batch_id": "b-1", "samples": [sample("s-1", 500)]}
    first, again = phone.push(**body).json(), phone.push(**body).json()
    assert (first["accepted"], again["accepted"], again["unchanged"]) == (1, 0, 1)
    assert member.steps() == {day(0): 500}


def test_a_deleted_sample_takes_its_steps_along(phone, member):
    phone.push(samples=[sample("s-1", 500), sample("s-2", 300, hours_ago=2)])
    phone.push(deleted=["s-1"])
    assert member.steps() == {day(0): 300}


def test_an_empty_day_is_unknown_and_a_counted_zero_is_zero(phone, member):
    assert phone.push(samples=[]).status_code == 200
    assert member.steps() == {}
    phone.say_day(day(1), 0)
    assert member.steps() == {day(1): 0}


def test_yesterdays_steps_may_come_today(phone, member):
    phone.push(samples=[sample("late", 700, hours_ago=30)])
    assert member.steps() == {day(1): 700}


@pytest.mark.parametrize(
    ("now", "date", "hours"),
    [("2026-10-26T12:00:00Z", "2026-10-25", 25), ("2026-03-30T12:00:00Z", "2026-03-29", 23)],
)
def test_a_day_of_23_or_25_hours_is_one_day(phone, member, time_machine, now, date, hours):
    time_machine.move_to(now)
    midnight = datetime.fromisoformat(f"{date}T00:00:00").replace(tzinfo=member.person.zone)
    first = midnight.astimezone(UTC)
    each_hour = [
        sample(f"h{number}", 100)
        | {
            "start": (first + timedelta(hours=number)).isoformat(),
            "end": (first + timedelta(hours=number, minutes=10)).isoformat(),
        }
        for number in range(hours)
    ]
    assert phone.push(samples=each_hour).json()["accepted"] == hours
    assert member.steps(date, date) == {date: 100 * hours}


def test_typed_in_steps_are_left_out_and_shown(phone, member):
    phone.push(samples=[sample("s-1", 500), sample("typed", 9000, hours_ago=2, manual=True)])
    told = member.get(f"steps/{day(0)}")
    assert told["steps"] == 500
    assert told["excluded"] == [{"reason": "manual", "steps": 9000}]


def test_a_locked_phone_says_nothing_about_its_days(phone, member):
    phone.push(samples=[sample("s-1", 500)])
    window = {"from": day(1) + "T00:00:00Z", "to": NOON.isoformat(), "complete": True}
    phone.push(samples=[], window=window, status={"protected_data": "unavailable"})
    assert member.steps() == {day(0): 500}


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"null", b'{"schema": "relay/9"}', b"\xff\xfe", b"{" * 5000]
)
def test_garbage_is_refused_with_a_word_and_costs_nothing(phone, member, body):
    phone.say_day(day(1), 8421)
    answer = phone.http.post(phone.url, data=body, timeout=TIMEOUT)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_upload")
    assert member.steps() == {day(1): 8421}


def test_a_bad_record_loses_no_other(phone, member):
    bad = [sample("negative", -5), {"id": "no count"}, "no object"]
    answer = phone.push(samples=[*bad, sample("s-1", 500)]).json()
    assert (answer["accepted"], len(answer["rejected"])) == (1, 3)
    assert member.steps() == {day(0): 500}


def test_a_zipped_upload_is_the_same_upload(phone, member):
    body = {"schema": "relay/1", "time_zone": "Europe/Berlin", "samples": [sample("s-1", 500)]}
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    zipped = gzip.compress(json.dumps(body).encode())
    answer = phone.http.post(phone.url, data=zipped, headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 200
    assert member.steps() == {day(0): 500}


def test_a_token_that_is_not_ours_opens_nothing(phone, member):
    answer = requests.post(
        phone.url, json={"schema": "relay/1"}, headers={"Authorization": "Bearer relay_made_up"},
        timeout=TIMEOUT,
    )  # fmt: skip
    assert answer.status_code == 401
    assert phone.http.get(f"{member.base_url}/api/v1/steps", timeout=TIMEOUT).status_code == 401


def test_a_disconnected_phone_is_told_to_stop_and_may_come_back(phone, member):
    phone.say_day(day(1), 8421)
    row = member.connection(phone.slug)
    member.post(f"connections/{row['id']}/disconnect")
    refused = phone.say_day(day(1), 9999)
    assert (refused.status_code, refused.json()["code"]) == (410, "relay_disconnected")
    again = Phone(member, phone.slug, member.post(f"connections/{row['id']}/reconnect"))
    assert again.connection["id"] == row["id"]
    assert again.say_day(day(0), 300).status_code == 200
    assert member.steps() == {day(1): 8421, day(0): 300}


def test_disconnecting_can_take_the_readings_along(phone, member):
    phone.say_day(day(1), 8421)
    row = member.connection(phone.slug)
    member.post(f"connections/{row['id']}/disconnect", forget_readings=True)
    assert member.steps() == {}
    latest = member.get(f"steps/{day(1)}")["history"][-1]
    assert (latest["from"], latest["to"], latest["why"]) == (8421, None, "readings_forgotten")


def test_the_plan_says_what_is_missing_and_asks_for_the_state(phone, member):
    url = phone.url.replace("uploads", "plan")
    plan = phone.http.get(url, timeout=TIMEOUT).json()
    provider = registry.relay_provider(phone.slug)
    assert (plan["min_app_version"], plan["ask_status"]) == (provider.min_app_version, True)
    (window,) = plan["windows"]
    assert datetime.fromisoformat(window["from"]) <= NOON - timedelta(days=2)
    assert datetime.fromisoformat(window["to"]) > NOON
