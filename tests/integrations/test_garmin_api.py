"""Garmin's calls: two roots, history asked for once, and addresses that may be collected from."""

from datetime import UTC, date, datetime

import pytest

from integrations.contract import DayTotal, ProviderConfig
from integrations.errors import BadPayload, NeedsReconnect, RateLimited, Rejected, Transient
from integrations.http import HttpClient
from integrations.providers.garmin import api, failures
from integrations.providers.garmin.provider import PROVIDER
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEALTH, PARTNER = "/wellness-api/rest", "/partner-gateway/rest"
BACKFILL = f"{HEALTH}/backfill/dailies"
FIRST, LAST = date(2026, 10, 22), date(2026, 11, 20)
TOO_EARLY = Answer(400, {"errorMessage": "start 1 before Min Start Time of 2"})


@pytest.fixture
def http(stand_in):
    return HttpClient(
        base_url=stand_in.url,
        access_token="at",
        classify=failures.classify,
        clock=lambda: NOW,
    )


def config(stand_in):
    return ProviderConfig(client_id="c", client_secret="s", values={"api_url": stand_in.url})


class TestIdentity:
    @pytest.mark.parametrize("root", [HEALTH, PARTNER])
    @pytest.mark.parametrize("shape", [lambda words: words, lambda words: {"permissions": words}])
    def test_it_is_found_under_either_root_and_in_either_shape(self, stand_in, http, root, shape):
        stand_in.routes[f"{root}/user/id"] = Answer(body={"userId": "u-0001"})
        stand_in.routes[f"{root}/user/permissions"] = Answer(body=shape(["HEALTH_EXPORT", "NEW"]))
        found = api.identity(http)
        assert (found.account_id, found.label) == ("u-0001", "Garmin \u20260001")
        assert found.granted_scopes == {"HEALTH_EXPORT", "NEW"}

    @pytest.mark.parametrize(
        "answer",
        [Answer(404), Answer(403), Answer(body={"permissions": 5}), Answer(body=b"<html>")],
    )
    def test_permissions_that_are_not_told_refuse_nobody(self, stand_in, http, answer):
        stand_in.routes[f"{HEALTH}/user/id"] = Answer(body={"userId": "u-0001"})
        stand_in.routes[f"{HEALTH}/user/permissions"] = answer
        assert api.identity(http).granted_scopes is None

    def test_an_outage_is_no_answer(self, stand_in, http):
        stand_in.routes[f"{HEALTH}/user/id"] = Answer(body={"userId": "u-0001"})
        stand_in.routes[f"{HEALTH}/user/permissions"] = Answer(503)
        with pytest.raises(Transient):
            api.identity(http)

    @pytest.mark.parametrize("body", [{}, {"userId": 5}, {"userId": ""}, {"userId": "a b"}, []])
    def test_an_id_that_cannot_be_is_a_bad_payload(self, stand_in, http, body):
        stand_in.routes[f"{HEALTH}/user/id"] = Answer(body=body)
        with pytest.raises(BadPayload):
            api.identity(http)


class TestLeaving:
    @pytest.mark.parametrize("root", [HEALTH, PARTNER])
    def test_the_registration_ends_under_either_root(self, stand_in, http, root):
        stand_in.routes[f"{root}/user/registration"] = Answer(204)
        api.leave(http)
        assert stand_in.asked[-1].method == "DELETE"

    def test_one_that_has_ended_already_is_fine(self, http, stand_in):
        stand_in.routes[f"{HEALTH}/user/registration"] = Answer(404)
        stand_in.routes[f"{PARTNER}/user/registration"] = Answer(404)
        api.leave(http)

    def test_an_outage_is_tried_again(self, http, stand_in):
        stand_in.routes[f"{HEALTH}/user/registration"] = Answer(500)
        with pytest.raises(Transient):
            api.leave(http)


class TestBackfill:
    def asked(self, stand_in):
        return [
            tuple(
                datetime.fromtimestamp(int(each.query[f"summary{name}TimeInSeconds"]), UTC).date()
                for name in ("Start", "End")
            )
            for each in stand_in.calls(BACKFILL)
        ]

    def test_a_month_is_asked_for_at_once_and_never_the_future(self, stand_in, http):
        stand_in.routes[BACKFILL] = Answer(202)
        api.backfill(http, FIRST, LAST)
        assert self.asked(stand_in) == [(FIRST, LAST)]

    def test_more_is_asked_for_in_pieces_of_thirty_days(self, stand_in, http):
        stand_in.routes[BACKFILL] = Answer(202)
        api.backfill(http, date(2026, 9, 1), LAST)
        assert self.asked(stand_in) == [
            (date(2026, 9, 1), date(2026, 10, 1)),
            (date(2026, 10, 1), date(2026, 10, 31)),
            (date(2026, 10, 31), LAST),
        ]

    def test_a_single_day_asks_for_nothing(self, stand_in, http):
        api.backfill(http, LAST, LAST)
        assert stand_in.asked == []

    def test_what_was_asked_for_before_is_no_error(self, stand_in, http):
        stand_in.routes[BACKFILL] = Answer(409)
        api.backfill(http, FIRST, LAST)

    @pytest.mark.parametrize("status", [403, 412])
    def test_without_consent_to_history_that_is_said(self, stand_in, http, status):
        stand_in.routes[BACKFILL] = Answer(status)
        with pytest.raises(NeedsReconnect) as caught:
            api.backfill(http, FIRST, LAST)
        assert caught.value.cause == "history_not_shared"

    def test_a_range_that_begins_too_early_is_shortened_once(self, stand_in, http):
        stand_in.routes[BACKFILL] = [TOO_EARLY, Answer(202)]
        api.backfill(http, date(2026, 10, 21), LAST)
        assert self.asked(stand_in) == [(date(2026, 10, 21), LAST), (date(2026, 11, 5), LAST)]

    def test_twice_too_early_is_left_alone(self, stand_in, http):
        stand_in.routes[BACKFILL] = TOO_EARLY
        api.backfill(http, FIRST, LAST)
        assert len(stand_in.asked) == 2

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [(Answer(400, {"errorMessage": "no"}), Rejected), (Answer(429), RateLimited)],
    )
    def test_other_refusals_are_passed_on(self, stand_in, http, answer, expected):
        stand_in.routes[BACKFILL] = answer
        with pytest.raises(expected):
            api.backfill(http, FIRST, LAST)


class TestCollecting:
    ROWS = [{"userId": "u-1", "calendarDate": "2026-11-03", "durationInSeconds": 9, "steps": 12}]

    def collect(self, stand_in, http, address):
        payload = {"userId": "u-1", "callbackURL": address}
        return PROVIDER.collect(http, config(stand_in), payload)

    @pytest.mark.parametrize("body", [ROWS, {"dailies": ROWS}])
    def test_the_address_is_used_exactly_as_given(self, stand_in, http, body):
        stand_in.routes[f"{HEALTH}/dailies"] = Answer(body=body)
        query = "uploadStartTimeInSeconds=1&uploadEndTimeInSeconds=2&token=a%2Bb%3D%3D"
        found = self.collect(stand_in, http, f"{stand_in.url}{HEALTH}/dailies?{query}")
        assert found.days == (DayTotal(date=date(2026, 11, 3), steps=12),)
        assert stand_in.asked[0].query["token"] == "a+b=="
        assert stand_in.asked[0].headers["Authorization"] == "Bearer at"

    def test_a_failure_does_not_repeat_the_token_of_the_address(self, stand_in, http):
        stand_in.routes[f"{HEALTH}/dailies"] = Answer(500)
        with pytest.raises(Transient) as caught:
            self.collect(stand_in, http, f"{stand_in.url}{HEALTH}/dailies?token=hush-hush")
        assert "hush" not in caught.value.detail

    @pytest.mark.parametrize(
        "address",
        [
            None,
            5,
            "",
            "https://evil.example/wellness-api/rest/dailies",
            "{url}.evil.example/wellness-api/rest/dailies",
            "{url}@evil.example/wellness-api/rest/dailies",
            "{url}/other-api/rest/dailies",
            "{url}/wellness-api/rest",
            "{url}/wellness-api/rest/../../user",
            "{url}/wellness-api/rest/%2e%2e/user",
            "{url}/wellness-api/rest/dailies#x",
            "{url}/wellness-api/rest/dailies?a=b c",
            "{url}/wellness-api/rest/dailies?a=\r\nHost: evil.example",
            "{url}/wellness-api/rest/dailies?" + "a" * 5000,
        ],
    )
    def test_no_other_address_ever_gets_the_persons_token(self, stand_in, http, address):
        given = address.replace("{url}", stand_in.url) if isinstance(address, str) else address
        with pytest.raises(BadPayload):
            self.collect(stand_in, http, given)
        assert stand_in.asked == []

    def test_garmins_own_host_is_the_only_one_by_default(self, http):
        nothing = ProviderConfig(client_id="c", client_secret="s", values={})
        with pytest.raises(BadPayload):
            PROVIDER.collect(
                http, nothing, {"callbackURL": "http://apis.garmin.com/wellness-api/rest/dailies"}
            )


def test_nothing_is_ever_polled(stand_in, http):
    assert PROVIDER.capabilities.polls is False
    assert PROVIDER.fetch(http, config(stand_in), None, frozenset()).days == ()
    assert stand_in.asked == []
