"""A phone pushes: durable at 200, swept, idempotent, answered record by record."""

import gzip
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from integrations.models import Connection, Installation
from steps.models import Day, Freshness, Sample
from sync.models import Run
from users.instants import rfc3339

pytestmark = pytest.mark.django_db

WATCH = {"app": "com.apple.health.0B1C", "name": "Watch", "product": "Watch7,5", "os": "13.0"}
IPHONE = {"app": "com.apple.health.9F2A", "name": "iPhone", "product": "iPhone17,1", "os": "27.0"}


@pytest.fixture
def noon(alice, time_machine):
    """Noon in Alice's zone, so that hours before lie on the same local day."""
    time_machine.move_to("2026-11-20T11:00:00Z", tick=False)
    return timezone.now()


@pytest.fixture
def connected(noon, api, alice):
    answer = api(alice).post("/api/v1/connections", {"provider": "healthkit"}, format="json")
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def phone(connected):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {connected['relay_token']}")
    return client


def sample(noon, id, minute, minutes, count, source=WATCH, **more):
    start = noon - timedelta(hours=2) + timedelta(minutes=minute)
    return {
        "id": id,
        "start": rfc3339(start),
        "end": rfc3339(start + timedelta(minutes=minutes)),
        "count": count,
        "source": source,
        **more,
    }


def overlapping(noon):
    return {
        "schema": "relay/1",
        "batch_id": "b-1",
        "sent_at": rfc3339(noon),
        "time_zone": "Europe/Berlin",
        "installation": {"id": "i1", "platform": "ios", "os": "27.0.1", "app": "3.4.0"},
        "samples": [
            sample(noon, "w", 0, 10, 100),
            sample(noon, "p", 5, 10, 80, source=IPHONE),
        ],
        "status": {"permission": "asked", "low_power": False},
    }


def upload(phone, body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return phone.post(
        "/api/v1/relay/uploads", raw, content_type="application/json", headers=headers
    )


def test_watch_and_phone_are_swept_and_sent_twice_stay_the_same(phone, noon, alice):
    first, second = upload(phone, overlapping(noon)), upload(phone, overlapping(noon))
    assert first.status_code == second.status_code == 200
    expected = [{"date": "2026-11-20", "steps": 140, "status": "live"}]
    assert first.json()["days"] == second.json()["days"] == expected
    assert (first.json()["accepted"], second.json()["unchanged"]) == (2, 2)
    assert Run.objects.filter(trigger="upload").count() == 1
    assert Freshness.objects.get(person=alice).confirmed_at == noon


def test_a_gzip_body_is_taken_and_a_broken_one_named(phone, noon):
    packed = gzip.compress(json.dumps(overlapping(noon)).encode())
    assert upload(phone, packed, **{"Content-Encoding": "gzip"}).json()["accepted"] == 2
    for broken in (packed[:-10], b"not gzip at all"):
        answer = upload(phone, broken, **{"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()["code"]) == (400, "broken_gzip")


def test_a_gzip_bomb_is_refused(phone, settings):
    settings.RELAY_MAX_BODY_BYTES = 100_000
    bomb = gzip.compress(b"0" * 50_000_000)
    answer = upload(phone, bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_one_bad_record_never_loses_the_others(phone, noon):
    body = overlapping(noon)
    body["samples"].insert(1, {"id": "bad", "start": "yesterday", "end": 5, "count": "many"})
    answer = upload(phone, body).json()
    assert answer["accepted"] == 2
    assert [(r["list"], r["index"]) for r in answer["rejected"]] == [("samples", 1)]
    assert answer["days"][0]["steps"] == 140


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"{}", b'{"schema":"relay/9"}', b"[" * 100_000],
)
def test_what_is_no_upload_gets_a_clear_400(phone, body):
    answer = upload(phone, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "malformed_upload"


def test_hand_typed_samples_are_kept_but_not_counted(phone, noon, alice):
    body = overlapping(noon)
    body["samples"].append(sample(noon, "m", 60, 30, 5000, manual=True))
    by_hand = {**IPHONE, "app": "com.apple.Health"}
    body["samples"].append(sample(noon, "h", 95, 5, 700, source=by_hand))
    assert upload(phone, body).json()["days"][0]["steps"] == 140
    day = Day.objects.get(person=alice)
    assert (day.steps, day.steps_with_manual) == (140, 5840)


def test_a_locked_phone_is_not_a_zero(phone, noon, alice):
    upload(phone, overlapping(noon))
    locked = {
        "schema": "relay/1",
        "sent_at": rfc3339(noon + timedelta(minutes=1)),
        "window": {
            "from": rfc3339(noon - timedelta(days=1)),
            "to": rfc3339(noon + timedelta(minutes=1)),
            "complete": True,
        },
        "buckets": [
            {
                "start": "2026-11-19T23:00:00Z",
                "end": "2026-11-20T23:00:00Z",
                "local_date": "2026-11-20",
                "steps_all": 0,
                "steps_without_manual": 0,
            }
        ],
        "status": {"protected_data": "unavailable"},
    }
    assert upload(phone, locked).status_code == 200
    assert Day.objects.get(person=alice).steps == 140
    assert Sample.objects.count() == 2
    assert Installation.objects.get().status == {"protected_data": "unavailable"}


def test_a_sample_of_nothing_from_a_locked_phone_says_nothing(phone, noon, alice):
    upload(phone, overlapping(noon))
    locked = overlapping(noon + timedelta(minutes=1)) | {"status": {"protected_data": "locked"}}
    locked["samples"] = [sample(noon, "w", 0, 10, 0), sample(noon, "new", 30, 10, 60)]
    assert upload(phone, locked).json()["accepted"] == 1
    assert Day.objects.get(person=alice).steps == 200


def test_deleted_samples_disappear(phone, noon):
    upload(phone, overlapping(noon))
    body = {"schema": "relay/1", "sent_at": rfc3339(noon), "deleted": ["w"]}
    assert upload(phone, body).json()["days"] == [
        {"date": "2026-11-20", "steps": 80, "status": "live"}
    ]


def test_an_hour_bucket_is_replaced_by_its_grown_value(phone, noon):
    def bucket(steps, minutes):
        return {
            "schema": "relay/1",
            "sent_at": rfc3339(noon + timedelta(minutes=minutes)),
            "buckets": [
                {
                    "start": "2026-11-20T10:00:00Z",
                    "end": "2026-11-20T11:00:00Z",
                    "steps_all": steps,
                    "steps_without_manual": steps,
                }
            ],
        }

    assert upload(phone, bucket(500, 0)).json()["days"][0]["steps"] == 500
    assert upload(phone, bucket(620.5, -1)).json()["days"][0]["steps"] == 500
    noon_later = bucket(620.5, 0)
    noon_later["sent_at"] = rfc3339(noon)
    assert upload(phone, noon_later).json()["days"][0]["steps"] == 620


def test_wrong_tokens_and_a_disconnected_phone_are_told_apart(phone, connected, noon, api, alice):
    stranger = APIClient()
    stranger.credentials(HTTP_AUTHORIZATION="Bearer relay_wrong")
    answer = upload(stranger, overlapping(noon))
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert upload(APIClient(), overlapping(noon)).status_code == 401
    connection_id = connected["connection"]["id"]
    api(alice).post(f"/api/v1/connections/{connection_id}/disconnect", {}, format="json")
    answer = upload(phone, overlapping(noon))
    assert (answer.status_code, answer.json()["code"]) == (410, "relay_disconnected")


def test_reconnecting_a_phone_keeps_history_and_the_row(phone, connected, noon, api, alice):
    upload(phone, overlapping(noon))
    client = api(alice)
    row = connected["connection"]["id"]
    client.post(f"/api/v1/connections/{row}/disconnect", {}, format="json")
    back = client.post(f"/api/v1/connections/{row}/reconnect", {}, format="json").json()
    assert back["connection"]["id"] == row
    assert back["relay_token"] != connected["relay_token"]
    days = client.get("/api/v1/steps?from=2026-11-20&to=2026-11-20").json()["results"]
    assert days[0]["steps"] == 140


def test_forgetting_readings_makes_the_days_unknown(phone, connected, noon, api, alice):
    upload(phone, overlapping(noon))
    row = connected["connection"]["id"]
    client = api(alice)
    client.post(f"/api/v1/connections/{row}/disconnect", {"forget_readings": True}, format="json")
    days = client.get("/api/v1/steps?from=2026-11-20&to=2026-11-20").json()["results"]
    assert days[0]["steps"] is None


def test_a_heartbeat_is_remembered(phone, noon):
    answer = phone.post(
        "/api/v1/relay/status", json.dumps({"low_power": True}), content_type="application/json"
    )
    assert answer.status_code == 200
    row = Installation.objects.get()
    assert (row.status, row.last_seen_at) == ({"low_power": True}, noon)


def test_the_plan_names_the_days_that_are_missing(phone):
    windows = phone.get("/api/v1/relay/plan").json()["windows"]
    assert windows == [
        {"from": "2026-11-17T23:00:00Z", "to": "2026-11-20T23:00:00Z", "granularity": "sample"}
    ]


def test_the_day_explains_itself(phone, noon, api, alice):
    upload(phone, overlapping(noon))
    day = api(alice).get("/api/v1/steps/2026-11-20").json()
    assert day["steps"] == 140
    assert [(s["kind"], s["reported"], s["counted"]) for s in day["sources"]] in (
        [("watch", 100, 100), ("phone", 80, 40)],
        [("phone", 80, 40), ("watch", 100, 100)],
    )
    assert sum(hour["steps"] for hour in day["hours"]) == 140
    assert [(h["from"], h["to"], h["why"]) for h in day["history"]] == [(None, 140, "phone_upload")]


def test_a_relay_token_opens_nothing_else(connected):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {connected['relay_token']}")
    assert client.get("/api/v1/me").status_code == 401
    assert Connection.objects.count() == 1


def test_a_sample_written_in_the_far_future_can_still_be_corrected(phone, noon, time_machine):
    body = overlapping(noon)
    body["samples"][0]["written"] = "2099-01-01T00:00:00Z"
    upload(phone, body)
    time_machine.move_to(noon + timedelta(minutes=5), tick=False)
    body = overlapping(noon + timedelta(minutes=5))
    body["samples"] = [sample(noon, "w", 0, 10, 60)]
    assert upload(phone, body).json()["days"][0]["steps"] == 100


@pytest.mark.parametrize("written", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_an_impossible_writing_time_costs_its_record_only(phone, noon, written):
    body = overlapping(noon)
    body["samples"][1]["written"] = written
    answer = upload(phone, body)
    assert answer.status_code == 200
    assert answer.json()["rejected"][0]["code"] == "date_out_of_range"
    assert answer.json()["days"][0]["steps"] == 100
