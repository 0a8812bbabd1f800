"""What is asked of Google, and what a partial answer leaves."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from integrations.contract import FetchWindow, ProviderConfig
from integrations.errors import BadPayload, NeedsReconnect, RateLimited, Transient, Unauthorized
from integrations.http import HttpClient
from integrations.providers.fitbit.provider import PROVIDER, SETTINGS
from tests.integrations.stand_in import Answer
from tests.integrations.test_fitbit_mapping import device, hour, point

DAILY = "/v4/users/me/dataTypes/steps/dataPoints:dailyRollUp"
HOURLY = "/v4/users/me/dataTypes/steps/dataPoints:rollUp"
DEVICES = "/v4/users/me/pairedDevices"
ZONE = "/v4/users/me/settings"
WEEK = FetchWindow(first=date(2026, 11, 13), last=date(2026, 11, 19))


def fetch(stand_in, window=WEEK, scopes=frozenset({SETTINGS}), **values):
    http = HttpClient(
        base_url=stand_in.url,
        access_token="t",
        classify=PROVIDER.classify,
        clock=lambda: datetime(2026, 11, 20, tzinfo=UTC),
    )
    config = ProviderConfig(client_id="c", client_secret="s", values=values)
    return PROVIDER.fetch(http, config, window, scopes)


@pytest.fixture
def google(stand_in):
    stand_in.routes = {
        DAILY: Answer(body={"rollupDataPoints": [point(19, {"countSum": "9525"})]}),
        HOURLY: Answer(body={"rollupDataPoints": [hour()]}),
        DEVICES: Answer(body={"pairedDevices": [device()]}),
        ZONE: Answer(body={"timeZone": "Europe/Berlin"}),
    }
    return stand_in


def test_everything_at_once(google):
    found = fetch(google)
    assert [(day.date.day, day.steps) for day in found.days] == [(19, 9525)]
    assert [item.external_id for item in found.devices] == ["2001"]
    assert found.timezone == "Europe/Berlin"
    assert (found.hours, found.missed) == ((), ())


def test_a_week_is_asked_to_the_next_midnight_with_as_many_rows_as_days(google):
    fetch(google)
    midnight = {"hours": 0, "minutes": 0, "seconds": 0, "nanos": 0}
    assert google.calls(DAILY)[0].json == {
        "range": {
            "start": {"date": {"year": 2026, "month": 11, "day": 13}, "time": midnight},
            "end": {"date": {"year": 2026, "month": 11, "day": 20}, "time": midnight},
        },
        "windowSizeDays": 1,
        "pageSize": 7,
        "dataSourceFamily": "users/me/dataSourceFamilies/all-sources",
    }


def test_a_long_window_is_split_at_ninety_days(google):
    fetch(google, FetchWindow(first=date(2026, 1, 1), last=date(2026, 7, 1)))
    asked = [call.json for call in google.calls(DAILY)]
    assert [body["pageSize"] for body in asked] == [90, 90, 2]
    for before, after in pairwise(asked):
        assert before["range"]["end"] == after["range"]["start"]


def test_the_operator_chooses_whose_steps_count(google):
    fetch(google, data_source_family="google-wearables")
    family = google.calls(DAILY)[0].json["dataSourceFamily"]
    assert family == "users/me/dataSourceFamilies/google-wearables"


def test_hours_are_asked_by_instants_and_all_pages_are_read(google):
    start = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
    google.routes[HOURLY] = [
        Answer(body={"rollupDataPoints": [hour()], "nextPageToken": "p2"}),
        Answer(body={"nextPageToken": "p3"}),
        Answer(body={"rollupDataPoints": [hour("2026-11-19T12:00:00Z", "2026-11-19T13:00:00Z")]}),
    ]
    window = FetchWindow(
        first=WEEK.first, last=WEEK.last, hours_from=start, hours_to=start + timedelta(days=1)
    )
    found = fetch(google, window)
    assert [item.start.hour for item in found.hours] == [12, 13]
    asked = [call.json for call in google.calls(HOURLY)]
    assert asked[0]["range"] == {
        "startTime": "2026-11-19T00:00:00Z",
        "endTime": "2026-11-20T00:00:00Z",
    }
    assert (asked[0]["windowSize"], asked[0]["pageSize"]) == ("3600s", 24)
    assert [body.get("pageToken") for body in asked] == [None, "p2", "p3"]


def test_pages_without_an_end_are_a_bad_payload(google):
    google.routes[DEVICES] = Answer(body={"nextPageToken": "again"})
    found = fetch(google)
    assert found.devices is None
    assert isinstance(found.missed[0], BadPayload)


def test_devices_are_paged_by_the_hundred(google):
    google.routes[DEVICES] = [
        Answer(body={"pairedDevices": [device()], "nextPageToken": "p2"}),
        Answer(body={"pairedDevices": [device(name="users/1/pairedDevices/2")]}),
    ]
    assert len(fetch(google).devices) == 2
    assert [call.query for call in google.calls(DEVICES)] == [
        {"pageSize": "100"},
        {"pageSize": "100", "pageToken": "p2"},
    ]


def test_without_the_settings_scope_devices_are_not_even_asked_for(google):
    found = fetch(google, scopes=frozenset())
    assert len(found.days) == 1
    assert (found.devices, found.timezone, found.missed) == (None, None, ())
    assert google.calls(DEVICES) == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(500), Transient),
        (Answer(200, b"<html>"), BadPayload),
        (Answer(403, {"error": {"details": [{"reason": "MISSING_OAUTH_SCOPE"}]}}), NeedsReconnect),
    ],
)
def test_days_are_not_lost_when_a_side_question_fails(google, answer, kind):
    google.routes[DEVICES] = google.routes[ZONE] = answer
    found = fetch(google)
    assert len(found.days) == 1
    assert (found.devices, found.timezone) == (None, None)
    assert [type(failure) for failure in found.missed] == [kind, kind]


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (429, RateLimited)])
def test_a_refused_token_and_a_rate_limit_are_passed_on(google, status, kind):
    google.routes[DEVICES] = Answer(status, {})
    with pytest.raises(kind):
        fetch(google)


def test_a_failure_of_the_days_is_a_failure(google):
    google.routes[DAILY] = Answer(400, {"error": {"details": [{"reason": "ACCOUNT_NOT_LINKED"}]}})
    with pytest.raises(NeedsReconnect) as caught:
        fetch(google)
    assert caught.value.cause == "account_not_linked"
