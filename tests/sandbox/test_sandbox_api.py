"""Everything around the rollups: order of checks, errors, accounts, lists, filters, devices."""

import pytest

POINTS = "dataTypes/steps/dataPoints"
CIVIL = "steps.interval.civil_start_time"
PHYSICAL = "steps.interval.start_time"


def detail(answer):
    return answer.json()["error"]["details"][0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "devices"),
        ("POST", "identity"),
        ("GET", f"{POINTS}:dailyRollUp"),
        ("GET", f"{POINTS}:dailyRollup"),
        ("DELETE", POINTS),
        ("GET", ""),
    ],
)
def test_unknown_routes_are_html_404_before_any_login(stand, method, path):
    answer = stand.http.request(method, f"{stand.google}/v4/users/me/{path}", timeout=20)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("token")
def test_missing_and_bad_credentials(stand):
    missing = stand.get(None, "identity")
    assert missing.status_code == 401
    assert detail(missing)["reason"] == "CREDENTIALS_MISSING"
    bad = stand.get("ya29.nonsense", "identity")
    assert (bad.status_code, bad.json()["error"]["code"]) == (401, 401)
    refresh = stand.consent()["refresh_token"]
    assert stand.get(refresh, "identity").status_code == 401


def test_identity_settings_devices(stand, ada, token):
    assert stand.get(token, "identity").json() == {
        "name": "users/me/identity",
        "legacyUserId": ada["legacy_user_id"],
        "healthUserId": ada["health_user_id"],
    }
    settings = stand.get(token, "settings").json()
    assert settings["timeZone"] == "America/New_York"
    assert settings["utcOffset"] == "-18000s"
    device = stand.get(token, "pairedDevices").json()["pairedDevices"][0]
    assert device["deviceType"] == "TRACKER"
    assert device["lastSyncTime"] == "2026-11-20T17:00:00Z"
    number = device["name"].rsplit("/", 1)[1]
    one = stand.get(token, f"pairedDevices/{number}").json()
    assert one == device
    unknown = stand.get(token, "pairedDevices/9")
    assert unknown.status_code == 404
    assert detail(unknown)["reason"] == "RESOURCE_NOT_FOUND"


def test_health_user_id_works_like_me_and_nobody_elses_does(stand, ada, token):
    base = f"{stand.google}/v4/users"
    headers = {"Authorization": f"Bearer {token}"}
    mine = stand.http.get(f"{base}/{ada['health_user_id']}/identity", headers=headers, timeout=20)
    assert mine.status_code == 200
    assert stand.http.get(f"{base}/123/identity", headers=headers, timeout=20).status_code == 403


def test_devices_come_five_a_page(stand):
    devices = [{"deviceVersion": f"Tracker {at}", "sync_age_minutes": at} for at in range(7)]
    stand.person("many@example.com", devices=devices)
    held = stand.consent("many@example.com")["access_token"]
    first = stand.get(held, "pairedDevices").json()
    assert len(first["pairedDevices"]) == 5
    assert first["pairedDevices"][3]["lastSyncTime"] == "2026-11-20T16:57:00Z"
    rest = stand.get(held, "pairedDevices", pageToken=first["nextPageToken"]).json()
    assert [one["deviceVersion"] for one in rest["pairedDevices"]] == ["Tracker 5", "Tracker 6"]
    assert "nextPageToken" not in rest
    assert len(stand.get(held, "pairedDevices", pageSize=100).json()["pairedDevices"]) == 7


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("not_linked", (400, "FAILED_PRECONDITION", "ACCOUNT_NOT_LINKED")),
        ("no_profile", (412, "FAILED_PRECONDITION", None)),
        ("legacy", (403, "PERMISSION_DENIED", None)),
        ("all_403", (403, "PERMISSION_DENIED", "RESOURCE_PERMISSION_DENIED")),
    ],
)
def test_accounts_that_are_not_ok(stand, token, state, expected):
    code, status, reason = expected
    stand.control("PATCH", "people/ada@example.com", {"account_state": state})
    for answer in (
        stand.get(token, "identity"),
        stand.get(token, "pairedDevices"),
        stand.daily(token, "2026-11-18", "2026-11-19"),
    ):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["status"]) == (code, code, status)
        assert error.get("details", [{}])[0].get("reason") == reason
    if state == "legacy":
        assert "UberMint from GaiaMint" in error["message"]
    if state == "not_linked":
        link = "https://fitbit.google.com/auth/signup"
        assert error["details"][0]["metadata"] == {"redirect_uri": link}


@pytest.mark.usefixtures("ada")
def test_scope_is_checked_before_the_account(stand):
    held = stand.consent(scopes=["https://www.googleapis.com/auth/googlehealth.profile.readonly"])
    stand.control("PATCH", "people/ada@example.com", {"account_state": "not_linked"})
    assert stand.get(held["access_token"], "settings").status_code == 403
    assert stand.get(held["access_token"], "identity").status_code == 400


def test_three_hundred_a_minute(stand, token):
    assert stand.control("GET", "knobs")["rate_limit_per_minute"] == 300
    stand.person("other@example.com")
    other = stand.consent("other@example.com")["access_token"]
    stand.knobs(rate_limit_per_minute=3)
    codes = [stand.get(token, "identity").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    refused = stand.get(token, "identity")
    assert refused.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert detail(refused)["reason"] == "RATE_LIMIT_EXCEEDED"
    assert "Retry-After" not in refused.headers
    stand.knobs(retry_after="seconds")
    assert 0 < int(stand.get(token, "identity").headers["Retry-After"]) <= 60
    stand.knobs(retry_after="http-date")
    assert stand.get(token, "identity").headers["Retry-After"].endswith("GMT")
    assert stand.get(other, "identity").status_code == 200


def test_unknown_type_and_unsupported_action(stand, token):
    wrong = stand.get(token, "dataTypes/Steps/dataPoints")
    assert detail(wrong)["reason"] == "INVALID_PARENT_DATA_TYPE_COLLECTION"
    for answer in (stand.post(token, POINTS, {}), stand.get(token, f"{POINTS}/5")):
        assert answer.status_code == 400
        assert detail(answer)["reason"] == "UNSUPPORTED_DATA_TYPE_ACTION"
        assert detail(answer)["metadata"] == {
            "allowed_actions": "list,reconcile,rollUp,dailyRollUp"
        }


@pytest.fixture
def walked(stand, token):
    """Three minutes of the tracker, two of them also counted by the phone."""
    at = "2026-11-18T13:0{}:00Z"
    stand.steps(
        points=[
            *({"start": at.format(n), "count": 100 + n} for n in (1, 2, 3)),
            *({"start": at.format(n), "count": 5, "source": "phone"} for n in (3, 4)),
            {"start": at.format(5), "count": 9, "source": "manual"},
        ]
    )
    return token


def starts(answer):
    assert answer.status_code == 200, answer.text
    points = answer.json().get("dataPoints", [])
    return [int(one["steps"]["interval"]["startTime"][14:16]) for one in points]


def test_list_shows_every_source_newest_first(stand, walked):
    answer = stand.get(walked, POINTS)
    assert starts(answer) == [5, 4, 3, 3, 2, 1]
    point = answer.json()["dataPoints"][-1]
    assert point["dataSource"]["platform"] == "FITBIT"
    assert point["dataSource"]["recordingMethod"] == "PASSIVELY_MEASURED"
    assert point["steps"] == {
        "interval": {
            "startTime": "2026-11-18T13:01:00Z",
            "startUtcOffset": "-18000s",
            "endTime": "2026-11-18T13:02:00Z",
            "endUtcOffset": "-18000s",
            "civilStartTime": {
                "date": {"year": 2026, "month": 11, "day": 18},
                "time": {"hours": 8, "minutes": 1},
            },
            "civilEndTime": {
                "date": {"year": 2026, "month": 11, "day": 18},
                "time": {"hours": 8, "minutes": 2},
            },
        },
        "count": "101",
    }
    manual = answer.json()["dataPoints"][0]["dataSource"]
    assert manual["recordingMethod"] == "MANUAL"
    phone = answer.json()["dataPoints"][1]["dataSource"]
    assert (phone["platform"], "application" in phone) == ("HEALTH_CONNECT", True)


def test_list_of_one_family(stand, walked):
    family = "users/me/dataSourceFamilies/google-wearables"
    assert starts(stand.get(walked, POINTS, dataSourceFamily=family)) == [3, 2, 1]


def test_paging_ends_with_an_empty_object(stand, walked):
    seen, token, bodies = [], "", []
    while True:
        answer = stand.get(walked, POINTS, pageSize=2, pageToken=token)
        seen += starts(answer)
        bodies.append(answer.json())
        token = bodies[-1].get("nextPageToken", "")
        if not token:
            break
    assert seen == [5, 4, 3, 3, 2, 1]
    assert bodies[-1] == {}


def test_page_token_is_bound_to_its_query(stand, walked):
    token = stand.get(walked, POINTS, pageSize=2).json()["nextPageToken"]
    assert stand.get(walked, POINTS, pageSize=3, pageToken=token).status_code == 400
    assert stand.get(walked, POINTS, pageSize=2, pageToken="é").status_code == 400
    assert stand.get(walked, POINTS, pageSize="two").status_code == 400
    assert stand.get(walked, POINTS, size=2).status_code == 400


def test_new_points_do_not_shift_the_next_page(stand, walked):
    page = stand.get(walked, POINTS, pageSize=2).json()
    stand.steps(points=[{"start": "2026-11-18T13:30:00Z", "count": 1}])
    rest = stand.get(walked, POINTS, pageSize=2, pageToken=page["nextPageToken"])
    assert starts(rest) == [3, 3]


def test_empty_first_page_knob(stand, walked):
    stand.knobs(first_page_empty=True, empty_last_token=True)
    first = stand.get(walked, POINTS).json()
    assert "dataPoints" not in first
    rest = stand.get(walked, POINTS, pageToken=first["nextPageToken"])
    assert starts(rest) == [5, 4, 3, 3, 2, 1]
    assert rest.json()["nextPageToken"] == ""


def test_reconcile_is_merged_and_has_no_source(stand, walked):
    answer = stand.get(walked, f"{POINTS}:reconcile")
    assert starts(answer) == [5, 4, 3, 2, 1]
    points = answer.json()["dataPoints"]
    assert [one["steps"]["count"] for one in points] == ["9", "5", "103", "102", "101"]
    assert not any("dataSource" in one for one in points)
    stand.knobs(reconcile_order="ascending")
    page = stand.get(walked, f"{POINTS}:reconcile", pageSize=3).json()
    assert [one["steps"]["count"] for one in page["dataPoints"]] == ["101", "102", "103"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{CIVIL} >= "2026-11-18T08:03:00"', [5, 4, 3, 3]),
        (f'{CIVIL} >= "2026-11-18" AND {CIVIL} < "2026-11-19"', [5, 4, 3, 3, 2, 1]),
        (f'{CIVIL} < "2026-11-18"', []),
        (f'{PHYSICAL}>="2026-11-18T13:02:00Z" AND {PHYSICAL} < "2026-11-18T13:03:00Z"', [2]),
        (f'{PHYSICAL} < "2026-11-18T08:03:00-05:00"', [2, 1]),
    ],
)
def test_filters(stand, walked, text, expected):
    assert starts(stand.get(walked, POINTS, filter=text)) == expected


@pytest.mark.parametrize(
    ("text", "detailed"),
    [
        ('steps.interval.end_time >= "2026-11-18T00:00:00Z"', "DATA_TYPE_MEMBER"),
        ('sleep.interval.start_time >= "2026-11-18T00:00:00Z"', "COLLECTION_MISMATCH"),
        (f'{CIVIL} > "2026-11-18"', "RESTRICTION_COMPARATOR"),
        (f'{CIVIL} = "2026-11-18"', "RESTRICTION_COMPARATOR"),
        (
            f'{CIVIL} >= "2026-11-18" AND {PHYSICAL} < "2026-11-19T00:00:00Z"',
            "MIXED_TIME_RESTRICTIONS",
        ),
        (f'{CIVIL} >= "2026-11-18" OR {CIVIL} < "2026-11-01"', "EXPRESSION_STRUCTURE"),
        (f'({CIVIL} >= "2026-11-18")', "EXPRESSION_STRUCTURE"),
        (f'{CIVIL} >= "2026-11-18" AND {CIVIL} >= "2026-11-19"', "DATA_TYPE_RESTRICTION"),
        (f'{PHYSICAL} >= "2026-11-18"', "DATA_TYPE_RESTRICTION"),
        (f'{CIVIL} >= "2026-13-45"', "DATA_TYPE_RESTRICTION"),
    ],
)
def test_filter_errors(stand, walked, text, detailed):
    full = f"INVALID_DATA_POINT_FILTER_{detailed}"
    answer = stand.get(walked, POINTS, filter=text)
    assert answer.status_code == 400
    assert detail(answer)["reason"] == "INVALID_DATA_POINT_FILTER"
    assert detail(answer)["metadata"] == {"detailedReasons": full}
    stand.knobs(filter_error_detail="reason")
    assert detail(stand.get(walked, f"{POINTS}:reconcile", filter=text))["reason"] == full


def test_filter_with_several_faults_lists_them(stand, walked):
    text = f'steps.interval.end_time > "2026-11-18" AND {CIVIL} >= "2026-11-18"'
    detailed = detail(stand.get(walked, POINTS, filter=text))["metadata"]["detailedReasons"]
    assert [one.rsplit("FILTER_", 1)[1] for one in detailed.split(",")] == [
        "DATA_TYPE_MEMBER",
        "RESTRICTION_COMPARATOR",
    ]


def test_filter_with_a_backward_range(stand, walked):
    text = f'{CIVIL} >= "2026-11-19" AND {CIVIL} < "2026-11-18"'
    assert detail(stand.get(walked, POINTS, filter=text))["reason"] == "INVALID_TIME_RANGE"


def test_unknown_words_are_sprinkled_and_always_the_same(stand, token):
    stand.steps(date="2026-11-18", total=9000)
    first = stand.get(token, POINTS).json()
    assert stand.get(token, POINTS).json() == first
    assert "SMART_INSOLE" in str(first)
    assert "FROM_THE_FUTURE" in str(first)
    stand.knobs(sprinkle=False)
    plain = str(stand.get(token, POINTS).json())
    assert "SMART_INSOLE" not in plain
    assert "FUTURE" not in plain


def test_list_sums_to_the_days(stand, token):
    stand.steps(date="2026-11-18", total=8421)
    points = stand.get(token, POINTS).json()["dataPoints"]
    assert sum(int(one["steps"]["count"]) for one in points) == 8421
