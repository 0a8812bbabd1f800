"""Polar: registering and leaving, days whatever their rows tell, and signed hints."""

import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import pairwise

import pytest

from integrations.abilities import Notice, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import DayTotal, ProviderConfig
from integrations.errors import BadPayload, NeedsReconnect, Rejected
from integrations.http import HttpClient
from integrations.providers.polar import api, failures, webhooks
from integrations.providers.polar.provider import PROVIDER
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "shown-once"
CONFIG = ProviderConfig(client_id="c", client_secret="s", values={"webhook_secret": SECRET})
RANGE = "/v3/users/activities"


@pytest.fixture
def http(stand_in):
    return HttpClient(
        base_url=stand_in.url, access_token="at", classify=failures.classify, clock=lambda: NOW
    )


class TestRegistering:
    def test_joining_names_the_person_by_an_id_of_ours(self, stand_in, http):
        stand_in.routes["/v3/users"] = Answer(body={"polar-user-id": 475})
        PROVIDER.join(http, CONFIG, account_id="475", webhook_url="https://x/webhooks")
        assert stand_in.asked[0].json == {"member-id": "stepwell-475"}
        assert stand_in.asked[0].headers["Accept"] == "application/json"

    def test_being_registered_already_is_fine(self, stand_in, http):
        stand_in.routes["/v3/users"] = Answer(409)
        api.join(http, "475")

    def test_missing_consents_are_the_persons_to_give(self, stand_in, http):
        stand_in.routes["/v3/users"] = Answer(403)
        with pytest.raises(NeedsReconnect) as caught:
            api.join(http, "475")
        assert caught.value.cause == "provider_consent_incomplete"

    @pytest.mark.parametrize("status", [204, 404])
    def test_leaving_ends_the_registration_or_finds_it_ended(self, stand_in, http, status):
        stand_in.routes["/v3/users/475"] = Answer(status)
        PROVIDER.leave(http, CONFIG, account_id="475")
        assert [each.method for each in stand_in.asked] == ["DELETE"]


@pytest.mark.parametrize("account", [None, "", "abc", "4 75", "-4"])
def test_a_token_answer_that_names_nobody_connects_nobody(http, account):
    with pytest.raises(BadPayload):
        PROVIDER.identity(http, CONFIG, account)


def test_the_token_answer_names_the_account(http):
    found = PROVIDER.identity(http, CONFIG, "2278512")
    assert (found.account_id, found.label) == ("2278512", "Polar \u20268512")


class TestDays:
    def test_a_year_is_asked_for_in_ranges_of_28_days_that_do_not_overlap(self, stand_in, http):
        stand_in.routes[RANGE] = Answer(body=[])
        api.day_totals(http, date(2025, 11, 21), date(2026, 11, 20))
        spans = [
            (date.fromisoformat(each.query["from"]), date.fromisoformat(each.query["to"]))
            for each in stand_in.asked
        ]
        assert (spans[0][0], spans[-1][1]) == (date(2025, 11, 21), date(2026, 11, 20))
        assert all((last - first).days <= 27 for first, last in spans)
        pairs = pairwise(spans)
        assert all((following[0] - one[1]).days == 1 for one, following in pairs)

    def test_a_refused_range_is_our_mistake(self, stand_in, http):
        stand_in.routes[RANGE] = Answer(400)
        with pytest.raises(Rejected):
            api.day_totals(http, date(2026, 11, 19), date(2026, 11, 20))

    @pytest.mark.parametrize("steps", [-1, 1_000_001, "5", 5.5, []])
    def test_a_count_that_cannot_be_is_a_bad_payload(self, stand_in, http, steps):
        row = {"steps": steps, "samples": {"date": "2026-11-20"}}
        stand_in.routes[RANGE] = Answer(body=[row])
        with pytest.raises(BadPayload):
            api.day_totals(http, date(2026, 11, 20), date(2026, 11, 20))

    def test_the_later_of_two_rows_of_a_day_counts(self, stand_in, http):
        rows = [{"steps": steps, "samples": {"date": "2026-11-20"}} for steps in (5, 9)]
        stand_in.routes[RANGE] = Answer(body=rows)
        found = api.day_totals(http, date(2026, 11, 20), date(2026, 11, 20))
        assert found == [DayTotal(date=date(2026, 11, 20), steps=9)]


def call(event, *, secret=SECRET, header="polar-webhook-signature", **changes):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    return replace(
        WebhookCall(
            method="POST",
            tail="",
            query={},
            headers={header: signature} if header else {},
            body=body,
            received_at=NOW,
        ),
        **changes,
    )


EVENT = {"event": "ACTIVITY_SUMMARY", "user_id": 475, "date": "2026-11-19", "timestamp": "t"}


def refused(given, config=CONFIG):
    with pytest.raises(WebhookRefused) as caught:
        webhooks.hear(given, config)
    return caught.value.code, caught.value.status


class TestHearing:
    @pytest.mark.parametrize("header", ["polar-webhook-signature", "x-polar-webhook-signature"])
    def test_a_signed_event_names_account_and_day(self, header):
        heard = webhooks.hear(call(EVENT, header=header), CONFIG)
        day = date(2026, 11, 19)
        assert heard.status == 200
        assert heard.notices == (
            Notice(account_id="475", kind=NoticeKind.CHANGED, first=day, last=day),
        )

    def test_upper_case_digits_are_the_same_signature(self):
        given = call(EVENT)
        headers = {name: value.upper() for name, value in given.headers.items()}
        assert webhooks.hear(replace(given, headers=headers), CONFIG).notices

    @pytest.mark.parametrize("value", [None, "yesterday", 5, "2026-13-40"])
    def test_an_unreadable_day_still_says_that_something_changed(self, value):
        (notice,) = webhooks.hear(call(EVENT | {"date": value}), CONFIG).notices
        assert (notice.first, notice.last) == (None, None)

    @pytest.mark.parametrize(
        "event", [EVENT | {"event": "SLEEP"}, EVENT | {"user_id": None}, EVENT | {"user_id": True}]
    )
    def test_other_events_are_taken_and_left_alone(self, event):
        heard = webhooks.hear(call(event), CONFIG)
        assert (heard.status, heard.notices) == (200, ())

    @pytest.mark.parametrize("header", [None, "polar-webhook-signature"])
    def test_a_ping_is_answered_whoever_sends_it_and_nothing_follows(self, header):
        unset = replace(CONFIG, values={})
        heard = webhooks.hear(call({"event": "PING"}, header=header, secret="no"), unset)
        assert (heard.status, heard.notices) == (200, ())

    @pytest.mark.parametrize("given", [call(EVENT, secret="wrong"), call(EVENT, header=None)])
    def test_a_wrong_or_missing_signature_is_refused(self, given):
        assert refused(given) == ("wrong_signature", 401)

    def test_a_changed_body_is_refused(self):
        assert refused(replace(call(EVENT), body=json.dumps(EVENT | {"user_id": 476}).encode()))

    def test_without_the_secret_nothing_is_believed(self):
        unset = replace(CONFIG, values={})
        assert refused(call(EVENT, secret=""), unset) == ("wrong_signature", 401)

    @pytest.mark.parametrize("changes", [{"tail": "x"}, {"method": "GET"}])
    def test_other_addresses_and_methods_know_nothing(self, changes):
        assert refused(call(EVENT, **changes)) == ("unknown_address", 404)

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
    def test_what_is_no_object_is_a_bad_request(self, body):
        assert refused(call(body)) == ("not_json", 400)
