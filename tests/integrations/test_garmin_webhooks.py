"""What Garmin posts: who is believed, and what each kind of message becomes."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integrations.abilities import NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig
from integrations.providers.garmin import webhooks

PATH = "4f0c-long-and-random"
CONFIG = ProviderConfig(client_id="our-client", client_secret="s", values={"webhook_path": PATH})
DAILY = {"userId": "u-1", "calendarDate": "2026-11-03", "durationInSeconds": 900, "steps": 12}
PING = {"userId": "u-2", "callbackURL": "https://apis.garmin.com/wellness-api/rest/dailies?token=t"}


def call(body, **changes):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return replace(
        WebhookCall(
            method="POST",
            tail=PATH,
            query={},
            headers={"garmin-client-id": "our-client"},
            body=text,
            received_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        ),
        **changes,
    )


def notices(body):
    heard = webhooks.hear(call(body), CONFIG)
    assert (heard.status, heard.body) == (200, b"")
    return heard.notices


def refused(given, config=CONFIG):
    with pytest.raises(WebhookRefused) as caught:
        webhooks.hear(given, config)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize("tail", ["", "wrong", f"{PATH}/", f"{PATH}x", "\N{DEGREE SIGN}"])
def test_another_address_knows_nothing(tail):
    assert refused(call({"dailies": [DAILY]}, tail=tail)) == ("unknown_address", 404)


@pytest.mark.parametrize("tail", ["", PATH])
def test_without_a_secret_address_nothing_is_heard(tail):
    config = replace(CONFIG, values={})
    assert refused(call({"dailies": [DAILY]}, tail=tail), config) == ("unknown_address", 404)


@pytest.mark.parametrize("headers", [{}, {"garmin-client-id": ""}, {"garmin-client-id": "other"}])
def test_the_header_has_to_carry_our_client_id(headers):
    assert refused(call({"dailies": [DAILY]}, headers=headers)) == ("wrong_client_id", 401)


def test_only_posts_are_heard():
    assert refused(call({"dailies": []}, method="GET")) == ("wrong_method", 405)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 3000])
def test_what_is_no_object_is_a_bad_request(body):
    assert refused(call(body)) == ("not_json", 400)


def test_a_push_is_one_notice_per_account():
    other = DAILY | {"userId": "u-2"}
    first, second = notices({"dailies": [DAILY, other, DAILY | {"steps": 20}]})
    assert (first.account_id, first.kind) == ("u-1", NoticeKind.DELIVERED)
    assert first.payload == {"userId": "u-1", "dailies": [DAILY, DAILY | {"steps": 20}]}
    assert (second.account_id, second.payload["dailies"]) == ("u-2", [other])


def test_a_ping_says_where_to_collect():
    (notice,) = notices({"dailies": [PING]})
    assert (notice.account_id, notice.kind) == ("u-2", NoticeKind.COLLECT)
    assert notice.payload == {"userId": "u-2", "callbackURL": PING["callbackURL"]}


@pytest.mark.parametrize("kind", ["epochs", "activities", "sleeps", "somethingNew"])
def test_other_summaries_are_taken_and_left_alone(kind):
    assert notices({kind: [DAILY, PING]}) == ()


def test_a_farewell_comes_after_the_readings_it_travelled_with():
    found = notices({"deregistrations": [{"userId": "u-1"}], "dailies": [DAILY]})
    assert [each.kind for each in found] == [NoticeKind.DELIVERED, NoticeKind.REVOKED]


@pytest.mark.parametrize("said", [["HEALTH_EXPORT"], {"permissions": ["HEALTH_EXPORT"]}])
def test_changed_permissions_come_in_two_shapes(said):
    entry = {"userId": "u-1", "summaryId": "x", "permissions": said, "changeTimeInSeconds": 5}
    if isinstance(said, dict):
        entry |= said
    (notice,) = notices({"userPermissionsChange": [entry]})
    assert notice.kind == NoticeKind.PERMISSIONS
    assert notice.payload == {"userId": "u-1", "permissions": ["HEALTH_EXPORT"], "at": 5}


@pytest.mark.parametrize("said", [None, "HEALTH_EXPORT", [1], ["x" * 61]])
def test_permissions_that_say_nothing_change_nothing(said):
    assert notices({"userPermissionsChange": [{"userId": "u-1", "permissions": said}]}) == ()


@pytest.mark.parametrize("entry", [None, 5, "u-1", {}, {"userId": 5}, {"userId": "x" * 121}])
def test_an_entry_that_names_nobody_spoils_nothing(entry):
    body = {kind: [entry] for kind in ("dailies", "deregistrations", "userPermissionsChange")}
    assert notices(body) == ()
    assert len(notices({"dailies": [entry, DAILY]})) == 1


@pytest.mark.parametrize("value", [None, {}, "dailies", 5])
def test_a_kind_that_is_no_list_is_left_alone(value):
    assert notices({"dailies": value, "deregistrations": [{"userId": "u-1"}]})


def test_a_large_body_is_read():
    body = {"dailies": [DAILY | {"userId": f"u-{number}"} for number in range(20_000)]}
    assert len(json.dumps(body)) > 1024 * 1024
    assert len(notices(body)) == 20_000
