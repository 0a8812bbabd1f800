"""dailyRollUp and rollUp: civil days by the point's own offset, gaps, limits, odd days."""

import pytest

FAMILY = "users/me/dataSourceFamilies/"


def reason(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]["details"][0].get("reason")


def test_newest_first_gaps_left_out_end_excluded(stand, token):
    for day, total in (("2026-11-15", 1), ("2026-11-17", 17), ("2026-11-19", 19)):
        stand.steps(date=day, total=total)
    days = stand.daily_days(token, "2026-11-15", "2026-11-19")
    assert list(days.items()) == [("2026-11-17", 17), ("2026-11-15", 1)]


def test_shape_of_a_point(stand, token):
    stand.knobs(sprinkle=False)
    stand.steps(date="2026-11-19", total=9525)
    body = stand.daily(token, "2026-11-19", "2026-11-20").json()
    assert body == {
        "rollupDataPoints": [
            {
                "civilStartTime": {"date": {"year": 2026, "month": 11, "day": 19}, "time": {}},
                "civilEndTime": {"date": {"year": 2026, "month": 11, "day": 20}, "time": {}},
                "steps": {"countSum": "9525"},
            }
        ]
    }


def test_nothing_at_all_is_an_empty_object(stand, token):
    assert stand.daily(token, "2026-11-01", "2026-11-20").json() == {}


def test_true_zero_is_a_day_without_a_count(stand, token):
    stand.steps(date="2026-11-18", total=0)
    point = stand.daily(token, "2026-11-18", "2026-11-19").json()["rollupDataPoints"][0]
    assert point["steps"] == {}
    stand.knobs(true_zero="0")
    point = stand.daily(token, "2026-11-18", "2026-11-19").json()["rollupDataPoints"][0]
    assert point["steps"] == {"countSum": "0"}
    stand.knobs(zero_windows="absent")
    assert stand.daily(token, "2026-11-18", "2026-11-19").json() == {}


def test_counts_as_numbers_knob(stand, token):
    stand.knobs(int64="number")
    stand.steps(date="2026-11-18", total=5)
    point = stand.daily(token, "2026-11-18", "2026-11-19").json()["rollupDataPoints"][0]
    assert point["steps"] == {"countSum": 5}


def test_inclusive_end_knob(stand, token):
    stand.steps(date="2026-11-18", total=18)
    stand.steps(date="2026-11-19", total=19)
    assert reason(stand.daily(token, "2026-11-18", "2026-11-18")) == "INVALID_TIME_RANGE"
    stand.knobs(inclusive_end=True)
    assert stand.daily_days(token, "2026-11-18", "2026-11-18") == {"2026-11-18": 18}
    assert set(stand.daily_days(token, "2026-11-18", "2026-11-19")) == {"2026-11-18", "2026-11-19"}


def test_ninety_days_at_most(stand, token):
    assert stand.daily(token, "2026-08-22", "2026-11-20").status_code == 200
    refused = stand.daily(token, "2026-08-21", "2026-11-20")
    assert reason(refused) == "INVALID_ROLLUP_QUERY_DURATION"
    assert refused.json()["error"]["details"][0]["metadata"] == {"maxDurationDays": "90"}


def test_page_size_is_a_check_and_not_paging(stand, token):
    week = (token, "2026-11-13", "2026-11-20")
    assert stand.daily(*week, pageSize=7).status_code == 200
    assert stand.daily(*week, pageSize=90).status_code == 200
    too_small = stand.daily(*week, pageSize=6)
    assert reason(too_small) == "INVALID_ROLLUP_QUERY_DURATION"
    assert "at least the number of windows" in too_small.json()["error"]["message"]
    assert reason(stand.daily(*week, pageSize=91)) == "INVALID_ROLLUP_QUERY_DURATION"
    assert reason(stand.daily(*week, pageSize=46, windowSizeDays=2)) is not None
    assert stand.daily(*week, pageSize=45, windowSizeDays=2).status_code == 200
    assert stand.daily(*week, pageSize=-1).status_code == 400


def test_windows_of_several_days(stand, token):
    for day in range(13, 20):
        stand.steps(date=f"2026-11-{day}", total=day)
    days = stand.daily_days(token, "2026-11-13", "2026-11-20", windowSizeDays=3)
    assert days == {"2026-11-19": 19, "2026-11-16": 16 + 17 + 18, "2026-11-13": 13 + 14 + 15}


def test_range_with_a_time_of_day(stand, token):
    stand.steps(
        points=[
            {"start": "2026-11-18T13:00:00Z", "count": 10},
            {"start": "2026-11-18T20:00:00Z", "count": 7},
        ]
    )
    morning = stand.daily(token, "2026-11-18T00:00:00", "2026-11-18T12:00:00").json()
    point = morning["rollupDataPoints"][0]
    assert point["steps"]["countSum"] == "10"
    assert point["civilEndTime"]["time"] == {"hours": 12}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"range": 5}',
        b'{"range": {"start": {"date": {"year": 2026, "month": 09, "day": 1}}}}',
        b'{"range": {"start": {}, "end": {}}}',
        b'{"foo": 1}',
    ],
)
def test_bad_bodies(stand, token, body):
    for method in ("dailyRollUp", "rollUp"):
        answer = stand.http.post(
            f"{stand.google}/v4/users/me/dataTypes/steps/dataPoints:{method}",
            data=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert answer.status_code == 400
        assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-02-30", "2026-03-01"),
        ("2026-11-20", "2026-11-19"),
        ("0001-01-01", "0001-01-02"),
        ("9999-12-30", "9999-12-31"),
    ],
)
def test_bad_ranges(stand, token, first, last):
    assert reason(stand.daily(token, first, last)) == "INVALID_TIME_RANGE"


def test_families(stand, token):
    stand.knobs(sprinkle=False)
    hour = "2026-11-18T{:02}:00:00Z"
    sources = ["fitbit", "manual", "phone", "mobile_track", "health_kit"]
    stand.steps(
        points=[
            {"start": hour.format(12 + at), "count": 10**at, "source": source}
            for at, source in enumerate(sources)
        ]
    )

    def total(family):
        body = {"dataSourceFamily": f"{FAMILY}{family}"} if family else {}
        return stand.daily_days(token, "2026-11-18", "2026-11-19", **body).get("2026-11-18")

    assert total("") == total("all-sources") == 11111
    assert total("google-wearables") == 1
    assert total("google-sources") == 1111
    assert total("self-sources") is None
    assert stand.truth(first="2026-11-18", last="2026-11-18", family="google-wearables") == {
        "2026-11-18": 1
    }
    stand.knobs(mobile_track_in_wearables=True)
    assert total("google-wearables") == 1001


@pytest.mark.parametrize("name", ["google-wearables", f"{FAMILY}health-connect", FAMILY])
def test_short_and_unknown_family_names(stand, token, name):
    answer = stand.daily(token, "2026-11-18", "2026-11-19", dataSourceFamily=name)
    assert reason(answer) == "INVALID_DATA_POINT_DATA_SOURCE_FAMILY"


@pytest.mark.usefixtures("token")
def test_overlapping_sources_are_merged_minute_by_minute(stand):
    at = "2026-11-18T13:0{}:00Z"
    stand.steps(
        points=[
            {"start": at.format(0), "minutes": 5, "count": 500, "source": "phone"},
            {"start": at.format(1), "count": 90, "source": "fitbit"},
            {"start": at.format(2), "count": 0, "source": "fitbit"},
        ]
    )
    # The phone's 100 a minute count where the tracker has nothing to say: 3 of 5 minutes.
    assert stand.truth(first="2026-11-18") == {"2026-11-18": 390}


def test_day_by_the_offset_of_the_point_and_not_by_the_zone(stand, token):
    late_evening = "2026-11-19T02:00:00Z"
    stand.steps(
        points=[
            {"start": late_evening, "count": 100, "utc_offset_seconds": -18000},
            {"start": late_evening, "count": 7, "utc_offset_seconds": 3600, "source": "phone"},
        ]
    )
    assert stand.daily_days(token, "2026-11-18", "2026-11-20") == {
        "2026-11-19": 7,
        "2026-11-18": 100,
    }


def test_offset_changes_inside_a_day(stand, token):
    """From New York to London: 19 November lasts 19 hours for the traveller."""
    stand.steps(
        points=[
            {"start": "2026-11-19T05:00:00Z", "count": 1, "utc_offset_seconds": -18000},
            {"start": "2026-11-19T16:00:00Z", "count": 10, "utc_offset_seconds": -18000},
            {"start": "2026-11-19T23:30:00Z", "count": 100, "utc_offset_seconds": 0},
            {"start": "2026-11-20T00:00:00Z", "count": 1000, "utc_offset_seconds": 0},
        ]
    )
    assert stand.daily_days(token, "2026-11-18", "2026-11-21") == {
        "2026-11-20": 1000,
        "2026-11-19": 111,
    }


def test_point_across_midnight_is_shared_out(stand, token):
    stand.steps(points=[{"start": "2026-11-19T04:50:00Z", "minutes": 30, "count": 300}])
    assert stand.daily_days(token, "2026-11-18", "2026-11-20") == {
        "2026-11-19": 200,
        "2026-11-18": 100,
    }


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        ("2026-03-08", ("2026-03-08T05:00:00Z", "2026-03-09T03:59:00Z", "2026-03-09T04:00:00Z")),
        ("2026-11-01", ("2026-11-01T04:00:00Z", "2026-11-02T04:59:00Z", "2026-11-02T05:00:00Z")),
    ],
)
def test_days_of_23_and_25_hours(stand, token, day, minutes):
    first_minute, last_minute, next_minute = minutes
    stand.steps(
        points=[
            {"start": first_minute, "count": 1},
            {"start": last_minute, "count": 20},
            {"start": next_minute, "count": 300},
        ]
    )
    following = f"{day[:-1]}{int(day[-1]) + 1}"
    assert stand.truth(first=day, last=following) == {day: 21, following: 300}
    assert stand.daily_days(token, day, following) == {day: 21}


def test_hourly_windows_of_physical_time(stand, token):
    stand.steps(
        points=[
            {"start": "2026-11-18T13:59:00Z", "minutes": 2, "count": 30},
            {"start": "2026-11-18T16:00:00Z", "count": 7},
        ]
    )
    body = stand.hourly(token, "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z").json()
    found = [(one["startTime"], one["steps"]["countSum"]) for one in body["rollupDataPoints"]]
    assert found == [
        ("2026-11-18T16:00:00Z", "7"),
        ("2026-11-18T14:00:00Z", "15"),
        ("2026-11-18T13:00:00Z", "15"),
    ]
    assert body["rollupDataPoints"][0]["endTime"] == "2026-11-18T17:00:00Z"
    assert "nextPageToken" not in body


def test_hours_add_up_to_the_local_day(stand, token):
    stand.steps(date="2026-11-18", total=8421)
    body = stand.hourly(token, "2026-11-18T05:00:00Z", "2026-11-19T05:00:00Z").json()
    assert sum(int(one["steps"]["countSum"]) for one in body["rollupDataPoints"]) == 8421


@pytest.mark.parametrize(
    "change",
    [
        {"windowSize": "0s"},
        {"windowSize": "60"},
        {"pageSize": 2161},
        {"range": {"startTime": "2026-08-21T00:00:00Z", "endTime": "2026-11-20T00:00:00Z"}},
        {"range": {"startTime": "2026-11-20T00:00:00Z", "endTime": "2026-11-20T00:00:00Z"}},
        {"range": {"startTime": "2026-11-19T00:00:00", "endTime": "2026-11-20T00:00:00"}},
    ],
)
def test_bad_rollups(stand, token, change):
    answer = stand.hourly(token, "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z", **change)
    assert answer.status_code == 400
