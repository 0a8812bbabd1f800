"""Oura: pages and ends of ranges, what a refusal means, signed hints, and subscriptions."""

import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest

from integrations.abilities import Notice, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig
from integrations.errors import BadPayload, NeedsReconnect, RateLimited, Rejected, Withheld
from integrations.http import HttpClient
from integrations.providers.oura import api, failures, webhooks
from integrations.providers.oura.provider import PROVIDER
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "application-secret"
CONFIG = ProviderConfig(client_id="app", client_secret=SECRET, values={})
DAILY = "/v2/usercollection/daily_activity"
SUBSCRIPTION = "/v2/webhook/subscription"
OURS = "https://steps.example.org/webhooks/oura"


@pytest.fixture
def http(stand_in):
    return client(stand_in, "at")


def client(stand_in, token):
    return HttpClient(
        base_url=stand_in.url, access_token=token, classify=failures.classify, clock=lambda: NOW
    )


def rows(*days):
    return [{"day": day, "steps": 100} for day in days]


class TestDays:
    @pytest.mark.parametrize("end_included", [True, False])
    def test_the_last_day_comes_whether_or_not_the_end_is_included(
        self, stand_in, http, end_included
    ):
        def answer(request):
            last = date.fromisoformat(request.query["end_date"])
            days = [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)]
            shown = [day for day in days if day < last or (end_included and day == last)]
            return Answer(body={"data": rows(*(day.isoformat() for day in shown))})

        stand_in.routes[DAILY] = answer
        found = api.day_totals(http, date(2026, 11, 19), date(2026, 11, 20))
        assert [each.date for each in found] == [date(2026, 11, 19), date(2026, 11, 20)]

    def test_pages_that_never_end_are_given_up(self, stand_in, http):
        stand_in.routes[DAILY] = Answer(body={"data": [], "next_token": "again"})
        with pytest.raises(BadPayload):
            api.day_totals(http, date(2026, 11, 20), date(2026, 11, 20))
        assert len(stand_in.asked) == api.MOST_PAGES

    @pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": [{"steps": 5}]}, []])
    def test_a_page_that_is_none_is_a_bad_payload(self, stand_in, http, body):
        stand_in.routes[DAILY] = Answer(body=body)
        with pytest.raises(BadPayload):
            api.day_totals(http, date(2026, 11, 20), date(2026, 11, 20))


class TestRefusals:
    @pytest.mark.parametrize("body", [None, {}, "no", {"detail": "subscription expired"}])
    def test_a_lapsed_membership_is_no_fault_of_the_token(self, body):
        failure = failures.classify(403, body, {})
        assert type(failure) is Withheld
        assert failure.cause == "provider_subscription_lapsed"

    def test_a_missing_scope_is_the_persons_to_mend(self):
        failure = failures.classify(403, {"detail": "Missing SCOPE daily"}, {})
        assert (type(failure), failure.cause) == (NeedsReconnect, "scope_missing")

    def test_a_limit_of_the_application_keeps_the_time_to_wait(self, stand_in, http):
        headers = {"Retry-After": "90", "X-RateLimit-Tier": "app"}
        stand_in.routes[DAILY] = Answer(429, headers=headers)
        with pytest.raises(RateLimited) as caught:
            api.day_totals(http, date(2026, 11, 20), date(2026, 11, 20))
        assert caught.value.cause == "provider_rate_limited_app"
        assert caught.value.retry_at == NOW + timedelta(seconds=90)


def test_the_member_is_known_by_the_id_that_webhooks_name(stand_in, http):
    stand_in.routes["/v2/usercollection/personal_info"] = Answer(body={"id": "ab-12-cd", "age": 41})
    found = PROVIDER.identity(http, CONFIG, None)
    assert (found.account_id, found.label) == ("ab-12-cd", "Oura \u20262-cd")


def test_more_scopes_can_be_asked_for_and_stay_optional():
    endpoints = PROVIDER.endpoints(replace(CONFIG, values={"scopes": "personal daily"}))
    assert endpoints.scopes == ("daily", "personal")
    assert endpoints.optional_permissions == {"personal": "profile"}
    assert PROVIDER.endpoints(CONFIG).scopes == ("daily",)


EVENT = {
    "event_type": "update",
    "data_type": "daily_activity",
    "object_id": "made-up",
    "event_time": "2026-11-20T11:59:00+00:00",
    "user_id": "ab-12-cd",
}


def call(event, *, secret=SECRET, signed_at=NOW, stamp=None, **changes):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp = str(int(signed_at.timestamp())) if stamp is None else stamp
    signature = hmac.new(secret.encode(), stamp.encode() + body, sha256).hexdigest().upper()
    return replace(
        WebhookCall(
            method="POST",
            tail="",
            query={},
            headers={"x-oura-timestamp": stamp, "x-oura-signature": signature},
            body=body,
            received_at=NOW,
        ),
        **changes,
    )


def refused(given, config=CONFIG):
    with pytest.raises(WebhookRefused) as caught:
        webhooks.hear(given, config)
    return caught.value.code, caught.value.status


class TestHearing:
    @pytest.mark.parametrize("event", ["create", "update", "delete"])
    def test_a_signed_event_says_that_an_account_changed(self, event):
        heard = webhooks.hear(call(EVENT | {"event_type": event}), CONFIG)
        assert heard.status == 200
        assert heard.notices == (Notice(account_id="ab-12-cd", kind=NoticeKind.CHANGED),)

    @pytest.mark.parametrize("event", [EVENT | {"data_type": "sleep"}, EVENT | {"user_id": 5}])
    def test_other_events_are_taken_and_left_alone(self, event):
        assert webhooks.hear(call(event), CONFIG).notices == ()

    @pytest.mark.parametrize("age", [timedelta(minutes=-4), timedelta(0), timedelta(minutes=119)])
    def test_a_repetition_may_keep_its_first_signature(self, age):
        assert webhooks.hear(call(EVENT, signed_at=NOW - age), CONFIG).notices

    def test_a_timestamp_may_count_milliseconds(self):
        stamp = str(int(NOW.timestamp() * 1000))
        assert webhooks.hear(call(EVENT, stamp=stamp), CONFIG).notices

    @pytest.mark.parametrize("age", [timedelta(minutes=-6), timedelta(hours=3), timedelta(days=9)])
    def test_an_old_or_future_signature_is_stale(self, age):
        assert refused(call(EVENT, signed_at=NOW - age)) == ("stale", 401)

    @pytest.mark.parametrize("stamp", ["", "soon", "\N{SUPERSCRIPT TWO}", "1" * 20])
    def test_a_timestamp_that_is_none_is_stale(self, stamp):
        assert refused(call(EVENT, stamp=stamp)) == ("stale", 401)

    def test_a_timestamp_that_was_exchanged_is_refused(self):
        given = call(EVENT, signed_at=NOW - timedelta(days=1))
        headers = given.headers | {"x-oura-timestamp": str(int(NOW.timestamp()))}
        assert refused(replace(given, headers=headers)) == ("wrong_signature", 401)

    def test_a_wrong_or_missing_signature_is_refused(self):
        assert refused(call(EVENT, secret="wrong")) == ("wrong_signature", 401)
        assert refused(call(EVENT, headers={})) == ("wrong_signature", 401)
        unset = replace(CONFIG, client_secret="")
        assert refused(call(EVENT, secret=""), unset) == ("wrong_signature", 401)

    def test_what_is_no_object_is_a_bad_request(self):
        assert refused(call(b"[]")) == ("not_json", 400)

    @pytest.mark.parametrize(
        ("changes", "status"), [({"tail": "x"}, 404), ({"method": "PUT"}, 405)]
    )
    def test_other_addresses_and_methods_are_refused(self, changes, status):
        assert refused(call(EVENT, **changes))[1] == status


class TestChallenge:
    def ask(self, **query):
        return replace(call(b""), method="GET", query=query, headers={})

    def test_it_is_given_back_to_who_knows_our_token(self):
        token = webhooks.verification_token(CONFIG)
        heard = webhooks.hear(self.ask(verification_token=token, challenge="abc"), CONFIG)
        assert (heard.status, heard.content_type) == (200, "application/json")
        assert json.loads(heard.body) == {"challenge": "abc"}

    @pytest.mark.parametrize("token", ["", "wrong"])
    def test_nobody_else_gets_an_answer(self, token):
        given = self.ask(verification_token=token, challenge="abc")
        assert refused(given) == ("wrong_verification_token", 401)

    def test_without_a_secret_nobody_does(self):
        unset = replace(CONFIG, client_secret="")
        token = webhooks.verification_token(unset)
        assert refused(self.ask(verification_token=token), unset)[1] == 401


class TestSubscriptions:
    def subscription(self, event, *, url=OURS, days=30, **extra):
        ends = (NOW + timedelta(days=days)).isoformat()
        known = {"id": f"id-{event}", "callback_url": url, "event_type": event}
        return known | {"data_type": "daily_activity", "expiration_time": ends} | extra

    def keep(self, stand_in, *known):
        stand_in.routes[SUBSCRIPTION] = lambda request: Answer(
            body=list(known) if request.method == "GET" else {}
        )
        for event in ("create", "update", "delete"):
            stand_in.routes[f"{SUBSCRIPTION}/id-{event}"] = Answer(body={})
            stand_in.routes[f"{SUBSCRIPTION}/renew/id-{event}"] = Answer(body={})
        PROVIDER.subscribe(client(stand_in, ""), CONFIG, webhook_url=OURS, now=NOW)
        return [(each.method, each.path) for each in stand_in.asked[1:]]

    def test_missing_ones_are_made_in_the_applications_own_name(self, stand_in):
        assert self.keep(stand_in) == [("POST", SUBSCRIPTION)] * 3
        made = stand_in.asked[1]
        assert made.headers["x-client-id"] == "app"
        assert made.headers["x-client-secret"] == SECRET
        assert "Authorization" not in made.headers
        assert made.json == {
            "callback_url": OURS,
            "verification_token": webhooks.verification_token(CONFIG),
            "event_type": "create",
            "data_type": "daily_activity",
        }

    def test_live_ones_are_left_alone(self, stand_in):
        events = ("create", "update", "delete")
        assert self.keep(stand_in, *map(self.subscription, events)) == []

    def test_those_of_other_data_do_not_count(self, stand_in):
        other = self.subscription("create", data_type="sleep")
        assert len(self.keep(stand_in, other)) == 3

    def test_one_that_points_elsewhere_is_moved(self, stand_in):
        moved = self.subscription("create", url="https://old.example/webhooks/oura")
        asked = self.keep(stand_in, moved)
        assert ("PUT", f"{SUBSCRIPTION}/id-create") in asked

    @pytest.mark.parametrize(
        "ends", [None, "2026-11-26T12:00:00+00:00", "2026-11-26T12:00:00", "2026-01-01T00:00:00Z"]
    )
    def test_one_that_ends_soon_is_renewed(self, stand_in, ends):
        asked = self.keep(stand_in, self.subscription("update", expiration_time=ends))
        assert ("PUT", f"{SUBSCRIPTION}/renew/id-update") in asked

    def test_a_list_that_is_none_is_a_bad_payload(self, stand_in):
        with pytest.raises(BadPayload):
            self.keep(stand_in, {"id": "../../x", "callback_url": OURS})

    def test_a_refusal_is_the_operators_to_mend(self, stand_in):
        stand_in.routes[SUBSCRIPTION] = Answer(422)
        with pytest.raises(Rejected):
            PROVIDER.subscribe(client(stand_in, ""), CONFIG, webhook_url=OURS, now=NOW)
