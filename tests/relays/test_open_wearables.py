"""The Open Wearables SDK: its own paths and answers, and no refusal that makes it drop data."""

import json

import pytest

from integrations.models import Installation
from steps.models import Day, Sample

pytestmark = pytest.mark.django_db

SDK = "open-wearables/api/v1"
SYNC = f"{SDK}/sdk/users/7e3a/sync"


def source(**fields):
    return {
        "appId": "com.apple.health.0B1C2D3E-1111-2222-3333-444455556666",
        "deviceId": None,
        "deviceName": "Apple Watch",
        "deviceManufacturer": "Apple Inc.",
        "deviceModel": "Watch7,5",
        "deviceType": "watch",
        "recordingMethod": None,
        "deviceHardwareVersion": "Watch7,5",
        "deviceSoftwareVersion": "13.0",
        "operatingSystemVersion": {"majorVersion": 13, "minorVersion": 0, "patchVersion": 0},
    } | fields


def record(id="5F0D3C1A", count=731, start="07:02:10", end="07:11:40", **fields):
    return {
        "id": id,
        "type": "HKQuantityTypeIdentifierStepCount",
        "startDate": f"2026-11-18T{start}Z",
        "endDate": f"2026-11-18T{end}Z",
        "zoneOffset": None,
        "source": source(),
        "value": count,
        "unit": "count",
        "parentId": None,
        "metadata": None,
    } | fields


def payload(*records, **fields):
    return {
        "provider": "apple",
        "sdkVersion": "0.6.0",
        "syncTimestamp": "2026-11-18T10:59:07Z",
        "data": {"records": list(records), "sleep": [], "workouts": []},
    } | fields


def test_a_chunk_as_the_iphone_sends_it(iphone, steps_on):
    heart = record("h", 61, type="HKQuantityTypeIdentifierHeartRate", unit="count/min")
    answer = iphone.post(SYNC, payload(record(), heart), Authorization=iphone.token)
    assert answer.status_code == 202
    found = answer.json()
    assert (found["status_code"], found["user_id"]) == (202, "7e3a")
    assert isinstance(found["response"], str)
    assert steps_on("2026-11-18") == 731
    row = Installation.objects.get()
    assert (row.platform, row.app_version) == ("ios", "0.6.0")


@pytest.mark.parametrize("path", ["sync", "sync/apple", "sync/apple/healthion"])
def test_addresses_of_older_releases(iphone, steps_on, path):
    answer = iphone.post(f"{SDK}/sdk/users/7e3a/{path}", payload(record()))
    assert answer.status_code == 202
    assert steps_on("2026-11-18") == 731


def test_the_token_in_its_own_header(iphone, steps_on):
    headers = {"Authorization": "", "X-Open-Wearables-API-Key": iphone.token}
    assert iphone.post(SYNC, payload(record()), **headers).status_code == 202
    assert steps_on("2026-11-18") == 731


def test_the_user_id_decides_nothing(iphone, bob, steps_on):
    for who in (str(bob.pk), "%2e%2e", "'--", "a" * 500, "%ff", "ü"):
        answer = iphone.post(f"{SDK}/sdk/users/{who}/sync", payload(record()))
        assert answer.status_code == 202
    assert steps_on("2026-11-18") == 731
    assert not Day.objects.filter(person=bob).exists()


def test_a_chunk_as_an_android_phone_sends_it(android, steps_on):
    galaxy = source(
        appId="com.sec.android.app.shealth",
        deviceName="Galaxy Watch",
        deviceModel="SM-R960",
        deviceType="watch",
        recordingMethod="automatic",
    )
    phone = source(
        appId="android", deviceModel="Pixel 9", deviceType="phone", recordingMethod="unknown"
    )
    body = payload(
        record(
            "w", 600, "08:00:00", "09:00:00", type="STEP_COUNT", source=galaxy, zoneOffset="+01:00"
        ),
        record("p", 500.0, "08:10:00", "08:20:00", type="STEP_COUNT", source=phone, metadata={}),
        provider="google",
        sdkVersion="0.11.0",
    )
    assert android.post(SYNC, body).status_code == 202
    assert steps_on("2026-11-18") == 600
    assert Installation.objects.get().platform == "android"


def test_keys_of_older_releases(iphone, steps_on):
    legacy = {
        "uuid": "AAAA",
        "type": "HKQuantityTypeIdentifierStepCount",
        "startDate": "2026-11-18T07:00:00Z",
        "endDate": "2026-11-18T07:10:00Z",
        "value": "410",
        "unit": "count",
        "source": {
            "name": "Ana's Watch",
            "bundleIdentifier": "com.apple.health.0B1C",
            "version": "9.1",
            "productType": "Watch6,2",
        },
        "recordMetadata": [{"HKWasUserEntered": "0"}],
    }
    assert iphone.post(SYNC, payload(legacy)).status_code == 202
    assert steps_on("2026-11-18") == 410
    assert Sample.objects.get().source.kind == "watch"


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"HKWasUserEntered": "1"}},
        {"metadata": {"HKWasUserEntered": True}},
        {"metadata": [{"HKTimeZone": "Europe/Berlin"}, {"HKWasUserEntered": "true"}]},
        {"metadata": [{"key": "HKWasUserEntered", "value": "1"}]},
        {"recordMetadata": {"HKWasUserEntered": 1}},
        {"source": source(recordingMethod="manual")},
        {"source": source(appId="com.apple.Health", deviceModel="iPhone17,1")},
    ],
)
def test_typed_by_hand_is_kept_and_not_counted(iphone, steps_on, alice, fields):
    iphone.post(SYNC, payload(record(), record("m", 4000, "09:00:00", "09:30:00", **fields)))
    assert steps_on("2026-11-18") == 731
    assert Day.objects.get(person=alice).steps_with_manual == 4731


@pytest.mark.parametrize(
    "metadata", [None, {}, [], [None, 5], "HKWasUserEntered", {"HKWasUserEntered": "0"}]
)
def test_metadata_that_says_nothing(iphone, steps_on, metadata):
    iphone.post(SYNC, payload(record(metadata=metadata)))
    assert steps_on("2026-11-18") == 731


def test_one_bad_record_never_loses_the_others(iphone, steps_on):
    bad = [
        record("b1", "many"),
        record("b2", startDate="yesterday"),
        record("b3", start="08:00:00", end="07:00:00"),
        record("b4", startDate=None),
        record("\ud800", value=float("nan")),
        "record",
        None,
        {"type": ["HKQuantityTypeIdentifierStepCount"]},
    ]
    answer = iphone.post(SYNC, payload(*bad, record()))
    assert answer.status_code == 202
    assert "7 not taken" in answer.json()["response"]
    assert steps_on("2026-11-18") == 731


def test_a_record_without_an_id_is_known_by_what_it_says(iphone, steps_on):
    for _ in range(2):
        iphone.post(SYNC, payload(record(id=None), record(id="x" * 300, start="07:05:00")))
    assert Sample.objects.count() == 2


def test_a_changed_sample_comes_as_a_new_one_and_is_not_added(iphone, pass_time, steps_on):
    """Deletions are not transmitted; of two samples of one source the later wins."""
    iphone.post(SYNC, payload(record("old", 731)))
    pass_time(10)
    iphone.post(SYNC, payload(record("new", 700), syncTimestamp="2026-11-18T11:09:00Z"))
    assert steps_on("2026-11-18") == 700


def test_two_thousand_records_in_one_body(iphone, steps_on):
    records = [
        record(f"id-{n}", 5, f"{n // 360:02}:{n // 6 % 60:02}:{n % 6 * 10:02}", "10:00:00")
        for n in range(2000)
    ]
    for each in records:
        each["endDate"] = each["startDate"][:-2] + "5Z"
    answer = iphone.post(SYNC, payload(*records))
    assert answer.status_code == 202
    assert Sample.objects.count() == 2000
    assert steps_on("2026-11-18") == 10000


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"data": 5}', b'{"data": {"records": {}}}', b"[" * 9999]
)
def test_no_body_is_refused(iphone, body):
    for path in ("sync", "logs"):
        answer = iphone.post(f"{SDK}/sdk/users/u/{path}", body)
        assert answer.status_code == 202
        assert answer.json()["status_code"] == 202


def test_the_diagnosis_feed_is_remembered(iphone, noon):
    feed = {
        "sdkVersion": "0.11.0",
        "provider": "google",
        "events": [
            {"eventType": "historical_data_sync_start", "dataTypeCounts": []},
            {
                "eventType": "historical_data_type_sync_end",
                "timestamp": "2026-11-18T10:58:00Z",
                "dataType": "STEP_COUNT",
                "success": False,
                "recordCount": 12,
                "durationMs": 90,
            },
            {"eventType": "historical_data_type_sync_end", "dataType": ["STEP_COUNT"]},
            {
                "eventType": "device_state",
                "batteryLevel": 0.42,
                "isLowPowerMode": True,
                "taskType": "background",
            },
            "noise",
        ],
    }
    answer = iphone.post(f"{SDK}/sdk/users/7e3a/logs", feed)
    assert answer.status_code == 202
    row = Installation.objects.get()
    assert row.last_seen_at == noon
    assert row.status["low_power"] is True
    assert row.status["open_wearables"] == {
        "battery": 0.42,
        "task": "background",
        "steps_sync": {"success": False, "records": 12, "at": "2026-11-18T10:58:00+00:00"},
    }


def test_a_working_token_is_handed_back(iphone):
    answer = iphone.client.post(
        f"/api/v1/relay/{SDK}/token/refresh", {"refresh_token": iphone.token}, format="json"
    )
    assert answer.status_code == 200
    assert answer.json()["access_token"] == answer.json()["refresh_token"] == iphone.token


@pytest.mark.parametrize("body", [{"refresh_token": "relay_x"}, {"refresh_token": 5}, {}, [], None])
def test_any_other_token_is_refused(iphone, body):
    raw = json.dumps(body)
    answer = iphone.client.post(
        f"/api/v1/relay/{SDK}/token/refresh", raw, content_type="application/json"
    )
    assert answer.status_code == 401


def test_the_token_of_a_disconnected_phone_is_not_renewed(iphone, api, alice):
    row = iphone.connected["connection"]["id"]
    api(alice).post(f"/api/v1/connections/{row}/disconnect", {}, format="json")
    answer = iphone.client.post(
        f"/api/v1/relay/{SDK}/token/refresh", {"refresh_token": iphone.token}, format="json"
    )
    assert answer.status_code == 401
