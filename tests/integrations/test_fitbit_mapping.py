"""Google Health JSON into readings: documented shapes, odd shapes, broken shapes."""

from datetime import UTC, date, datetime

import pytest

from integrations.contract import DayTotal
from integrations.errors import BadPayload
from integrations.providers.fitbit import mapping

FIRST, LAST = date(2026, 11, 13), date(2026, 11, 19)


def point(day, steps=None, **extra):
    row = {
        "civilStartTime": {"date": {"year": 2026, "month": 11, "day": day}, "time": {}},
        "civilEndTime": {"date": {"year": 2026, "month": 11, "day": day + 1}, "time": {}},
    }
    return row | ({} if steps is None else {"steps": steps}) | extra


def days(*points):
    return mapping.days({"rollupDataPoints": list(points)}, FIRST, LAST)


def test_newest_first_becomes_oldest_first_keyed_by_its_own_date():
    found = days(point(19, {"countSum": "9525"}), point(17, {"countSum": "6859"}))
    assert found == [
        DayTotal(date=date(2026, 11, 17), steps=6859),
        DayTotal(date=date(2026, 11, 19), steps=9525),
    ]


@pytest.mark.parametrize("body", [{}, {"rollupDataPoints": []}, {"nextPageToken": ""}])
def test_no_rows_are_no_days(body):
    assert mapping.days(body, FIRST, LAST) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({"countSum": "9525"}, 9525),
        ({"countSum": 9525}, 9525),
        ({"countSum": "0"}, 0),
        ({"countSum": None}, 0),
        ({}, 0),
        (None, 0),
        ({"countSum": "000000000012"}, 12),
        ({"countSum": "1000000"}, 1_000_000),
        ({"countSum": "7", "somethingNew": {"deep": [1]}}, 7),
    ],
)
def test_a_count_may_come_in_many_shapes(steps, expected):
    assert days(point(15, steps))[0].steps == expected


@pytest.mark.parametrize(
    "count",
    [
        "-1",
        -1,
        "",
        "12.5",
        12.5,
        "1e3",
        "many",
        True,
        [],
        {},
        "1000001",
        10**30,
        "9" * 13,
        "١٢",
        " 5",
    ],
)
def test_a_count_that_cannot_be_is_a_bad_payload(count):
    with pytest.raises(BadPayload):
        days(point(15, {"countSum": count}))


@pytest.mark.parametrize(
    "civil",
    [
        {"year": 2026, "month": 13, "day": 1},
        {"year": 2026, "month": 2, "day": 30},
        {"year": 10**12, "month": 1, "day": 1},
        {"year": "2026", "month": 11, "day": 1},
        {"year": 2026, "month": 11},
        {},
        None,
        "2026-11-15",
    ],
)
def test_a_date_that_cannot_be_is_a_bad_payload(civil):
    with pytest.raises(BadPayload):
        days({"civilStartTime": {"date": civil}, "steps": {"countSum": "1"}})


@pytest.mark.parametrize("body", [{"rollupDataPoints": {}}, {"rollupDataPoints": [5]}])
def test_rows_of_the_wrong_type_are_a_bad_payload(body):
    with pytest.raises(BadPayload):
        mapping.days(body, FIRST, LAST)


def test_days_that_were_not_asked_for_are_dropped():
    found = days(
        point(12, {"countSum": "1"}), point(13, {"countSum": "2"}), point(20, {"countSum": "3"})
    )
    assert [day.date.day for day in found] == [13]


def test_a_day_twice_is_fine_only_with_the_same_total():
    assert len(days(point(15, {"countSum": "5"}), point(15, {"countSum": 5}))) == 1
    with pytest.raises(BadPayload):
        days(point(15, {"countSum": "5"}), point(15, {"countSum": "6"}))


def hour(start="2026-11-19T13:00:00Z", end="2026-11-19T14:00:00Z", steps=None):
    return {"startTime": start, "endTime": end, "steps": steps or {"countSum": "842"}}


def test_an_hour_is_read_in_utc():
    (found,) = mapping.hours({"rollupDataPoints": [hour("2026-11-19T08:00:00.123456789-05:00")]})
    assert found.start == datetime(2026, 11, 19, 13, 0, 0, 123457, tzinfo=UTC)
    assert found.start.tzinfo is UTC
    assert found.steps == 842


@pytest.mark.parametrize(
    "row",
    [
        hour(end="2026-11-19T13:00:00Z"),
        hour(end="2026-11-19T14:00:01Z"),
        hour(start="2026-11-19T13:00:00"),
        hour(start="soon"),
        hour(start=5),
        hour(steps={"countSum": "-5"}),
    ],
)
def test_an_hour_that_cannot_be_is_a_bad_payload(row):
    with pytest.raises(BadPayload):
        mapping.hours({"rollupDataPoints": [row]})


def test_the_identity_is_the_unchanging_id_with_the_old_one():
    found = mapping.identity(
        {
            "name": "users/me/identity",
            "legacyUserId": "A1B2C3",
            "healthUserId": "7700112233445566778",
        }
    )
    assert found.account_id == "7700112233445566778"
    assert found.legacy_account_id == "A1B2C3"
    assert found.label == "Google Health …6778"


@pytest.mark.parametrize("legacy", [None, ""])
def test_a_new_account_has_no_old_id(legacy):
    assert mapping.identity({"healthUserId": "x", "legacyUserId": legacy}).legacy_account_id is None


@pytest.mark.parametrize("health_user_id", [None, "", "a b", "x" * 64, 77, "a\x00b", "a\n"])
def test_an_identity_without_a_usable_id_is_a_bad_payload(health_user_id):
    with pytest.raises(BadPayload):
        mapping.identity({"healthUserId": health_user_id})


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/New_York", "America/New_York"),
        ("", None),
        (None, None),
        ("Mars/Olympus", None),
        ("../../etc/passwd", None),
        ("America", None),
        ("x" * 500, None),
        ("a\x00b", None),
    ],
)
def test_a_zone_is_believed_when_it_is_one(zone, expected):
    assert mapping.timezone({"timeZone": zone}) == expected


def device(**fields):
    return {
        "name": "users/7700112233445566778/pairedDevices/2001",
        "deviceType": "TRACKER",
        "deviceVersion": "Charge 6",
        "batteryStatus": "High",
        "batteryLevel": 82,
        "lastSyncTime": "2026-11-20T11:58:03Z",
        "macAddress": "A0B1C2D3E4F5",
        "features": ["STEPS", "HEART_RATE"],
    } | fields


def test_a_device_is_known_by_the_end_of_its_name():
    (found,) = mapping.devices({"pairedDevices": [device()]})
    assert (found.external_id, found.name, found.kind, found.battery) == (
        "2001", "Charge 6", "tracker", "High",
    )  # fmt: skip
    assert found.last_synced_at == datetime(2026, 11, 20, 11, 58, 3, tzinfo=UTC)
    assert "A0B1C2D3E4F5" not in repr(found)


def test_a_scale_is_told_apart():
    assert mapping.devices({"pairedDevices": [device(deviceType="SCALE")]})[0].kind == "scale"


def test_a_device_may_leave_almost_everything_out():
    (found,) = mapping.devices({"pairedDevices": [{"name": "users/1/pairedDevices/9"}]})
    assert (found.name, found.kind, found.battery, found.last_synced_at) == (
        "Fitbit",
        "tracker",
        "",
        None,
    )


def test_control_characters_never_reach_a_name():
    assert mapping.devices({"pairedDevices": [device(deviceVersion="Ch\x00a")]})[0].name == "Cha"


@pytest.mark.parametrize(
    "row", [5, {}, device(name=""), device(lastSyncTime="2026-11-20T11:58:03")]
)
def test_a_device_that_cannot_be_is_a_bad_payload(row):
    with pytest.raises(BadPayload):
        mapping.devices({"pairedDevices": [row]})


@pytest.mark.parametrize(
    ("body", "token"), [({}, None), ({"nextPageToken": ""}, None), ({"nextPageToken": "p2"}, "p2")]
)
def test_the_last_page_has_an_empty_token_or_none(body, token):
    assert mapping.next_page(body) == token


def test_a_page_token_is_a_string():
    with pytest.raises(BadPayload):
        mapping.next_page({"nextPageToken": 5})
