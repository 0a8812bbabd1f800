"""Google's webhooks from the sandbox: subscribers, handshake, signatures, repeats and keys."""

import json
import time

import pytest
import requests

from demo.sandbox_control import SandboxControl
from integrations.providers.fitbit import tink
from tests.sandbox.webhook_receiver import SECRET, Receiver

PROJECT = "/v4/projects/1234567890/subscribers"
BODY = {
    "subscriberConfigs": [{"dataTypes": ["steps"], "subscriptionCreatePolicy": "AUTOMATIC"}],
    "endpointAuthorization": {"secret": SECRET},
}


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.stop()


@pytest.fixture
def hook(stand, ada, receiver):
    """A subscriber at the receiver, quick to repeat; and Ada consents to being told of."""
    stand.consent(ada["email"])
    room(stand, "PUT", "webhooks", {"first_pause_seconds": 0.2})
    room(stand, "POST", "subscribers", {"url": receiver.url, "secret": SECRET})
    time.sleep(0.6)  # the sandbox looks about it twice before anything changes
    return receiver


def room(stand, method, control, body=None):
    return stand.control(method, f"rooms/google/{control}", body)


def published(stand):
    address = f"{stand.google}/googlehealthapi/webhooks/webhooks_public_keyset.json"
    answer = requests.get(address, timeout=10)
    answer.raise_for_status()
    return answer.content


def signature_of(headers, name="GOOGLE-HEALTH-API-SIGNATURE"):
    from base64 import b64decode

    return b64decode(headers[name])


def test_a_changed_day_is_told_signed_and_without_its_steps(stand, hook):
    stand.steps(date="2026-11-18", total=7000)
    [said] = hook.wait_for(1)
    assert (said["operation"], said["dataType"]) == ("UPSERT", "steps")
    [interval] = said["intervals"]
    day = {"year": 2026, "month": 11, "day": 18}
    assert interval["civilDateTimeInterval"]["startDateTime"] == {"date": day, "time": {}}
    assert interval["physicalTimeInterval"]["startTime"] == "2026-11-18T05:00:00Z"
    body, headers = hook.calls[0]
    assert headers["Authorization"] == SECRET
    assert b"7000" not in body
    assert isinstance(json.loads(body), list)
    tink.verify(signature_of(headers), body, published(stand))


def test_late_data_is_told_when_it_arrives_and_a_walk_with_each_sync(stand, hook, ada):
    stand.control(
        "POST",
        f"people/{ada['email']}/late",
        {"date": "2026-11-17", "total": 900, "visible_at": "2026-11-20T18:00:00Z"},
    )
    time.sleep(0.6)
    assert hook.messages() == []
    stand.knobs(frozen_now="2026-11-20T18:00:01Z")
    assert hook.wait_for(1)[0]["intervals"][0]["civilIso8601TimeInterval"] == {
        "startTime": "2026-11-17T00:00:00",
        "endTime": "2026-11-18T00:00:00",
    }
    stand.control("PATCH", f"people/{ada['email']}", {"walk": {"daily": 5000}})
    said = hook.wait_for(2)[-1]
    assert said["intervals"][0]["civilIso8601TimeInterval"]["startTime"] == "2026-11-20T00:00:00"


def test_without_following_only_what_is_asked_for_is_told(stand, hook, ada):
    room(stand, "PUT", "webhooks", {"follow": False, "shape": "object"})
    stand.steps(date="2026-11-18", total=7000)
    wanted = {"email": ada["email"], "dates": ["2026-11-01"], "operation": "MERGE"}
    room(stand, "POST", "notices", wanted)
    [said] = hook.wait_for(1)
    assert said["operation"] == "MERGE"
    assert isinstance(json.loads(hook.calls[0][0]), dict)


def test_a_withdrawn_consent_is_told_as_a_deletion(stand, hook, ada):
    stand.control("POST", f"people/{ada['email']}/revoke", {})
    [said] = hook.wait_for(1)
    assert (said["operation"], said["healthUserId"]) == ("DELETE", ada["health_user_id"])


def test_it_is_repeated_until_204_and_kept_only_so_long(stand, hook):
    hook.status = 200
    stand.steps(date="2026-11-18", total=7000)
    hook.wait_for(3)
    hook.status = 204
    number = len(hook.wait_for(len(hook.calls) + 1))
    time.sleep(1)
    assert len(hook.calls) == number
    assert room(stand, "GET", "notices")["waiting"] == 0
    assert {body for body, _ in hook.calls} == {hook.calls[0][0]}
    hook.status = 503
    room(stand, "PUT", "webhooks", {"keep_seconds": 1})
    stand.steps(date="2026-11-18", total=7001)
    hook.wait_for(number + 1)
    deadline = time.monotonic() + 10
    while room(stand, "GET", "notices")["waiting"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_copies_and_the_old_header(stand, hook):
    room(stand, "PUT", "webhooks", {"copies": 3, "header": "X-HEALTHAPI-SIGNATURE"})
    stand.steps(date="2026-11-18", total=7000)
    said = hook.wait_for(3)
    assert len({each["clientProvidedSubscriptionName"] for each in said}) == 1
    body, headers = hook.calls[0]
    tink.verify(signature_of(headers, "X-HEALTHAPI-SIGNATURE"), body, published(stand))


def test_messages_can_come_newest_first(stand, hook, ada):
    hook.status = 503
    room(stand, "PUT", "webhooks", {"follow": False, "shape": "object", "shuffled": True})
    for day in ("2026-11-01", "2026-11-02"):
        room(stand, "POST", "notices", {"email": ada["email"], "dates": [day]})
    hook.wait_for(4)
    hook.calls.clear()
    hook.status = 204
    said = hook.wait_for(2)
    days = [each["intervals"][0]["civilIso8601TimeInterval"]["startTime"] for each in said[:2]]
    assert sorted(days) == ["2026-11-01T00:00:00", "2026-11-02T00:00:00"]


def test_keys_rotate_and_can_be_disabled_and_the_keyset_can_fail(stand, hook):
    before = json.loads(published(stand))
    room(stand, "POST", "keyset", {})
    after = json.loads(published(stand))
    assert len(after["key"]) == 2
    assert after["primaryKeyId"] != before["primaryKeyId"]
    stand.steps(date="2026-11-18", total=7000)
    hook.wait_for(1)
    body, headers = hook.calls[0]
    tink.verify(signature_of(headers), body, published(stand))
    with pytest.raises(tink.UnknownKey):
        tink.verify(signature_of(headers), body, json.dumps(before).encode())
    room(stand, "POST", "keyset", {"disable": after["primaryKeyId"]})
    with pytest.raises(tink.BadSignature):
        tink.verify(signature_of(headers), body, published(stand))
    stand.fault(kind="503", target="keyset", times=1)
    with pytest.raises(requests.HTTPError):
        published(stand)
    assert published(stand)


@pytest.mark.parametrize(
    ("greeting", "uninvited", "secret"),
    [(200, 401, SECRET), (201, 403, SECRET)],
)
def test_the_handshake_may_be_answered_in_two_ways(stand, receiver, greeting, uninvited, secret):
    receiver.greeting, receiver.uninvited = greeting, uninvited
    assert room(stand, "POST", "subscribers", {"url": receiver.url, "secret": secret})["state"]


@pytest.mark.parametrize(
    ("greeting", "uninvited", "secret"),
    [(204, 401, SECRET), (201, 201, SECRET), (201, 401, "Bearer other"), (500, 500, SECRET)],
)
def test_an_address_that_fails_the_handshake_is_not_saved(
    stand, receiver, greeting, uninvited, secret
):
    receiver.greeting, receiver.uninvited = greeting, uninvited
    body = {"url": receiver.url, "secret": secret}
    stand.control("POST", "rooms/google/subscribers", body, expect=(400,))
    assert room(stand, "GET", "subscribers") == {"subscribers": []}


@pytest.fixture
def operator(stand):
    """Return a function that calls the API with a token of the service account."""
    from datetime import UTC, datetime

    import msgspec

    from integrations.providers.fitbit import service_account

    document = room(stand, "GET", "service-account")
    account = msgspec.convert(document, service_account.ServiceAccount)
    form = {
        "grant_type": service_account.GRANT_TYPE,
        "assertion": service_account._assertion(account, datetime.now(UTC)),
    }
    token = requests.post(account.token_uri, data=form, timeout=10).json()["access_token"]

    def call(method, path, **options):
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{stand.google}{path}"
        return requests.request(method, url, headers=headers, timeout=10, **options)

    return call


def test_operators_make_change_and_remove_a_subscriber(stand, operator, receiver):
    body = {**BODY, "endpointUri": receiver.url}
    named = {"subscriberId": "stepwell-steps"}
    first = operator("POST", PROJECT, params=named, json=body)
    assert first.json()["done"] is True
    assert "3f1c" not in first.text
    assert operator("POST", PROJECT, params=named, json=body).status_code == 409
    [listed] = operator("GET", PROJECT).json()["subscribers"]
    assert (listed["state"], listed["endpointUri"]) == ("ACTIVE", receiver.url)
    wrong = {"endpointAuthorization": {"secret": "Bearer nobody knows"}}
    mask = {"updateMask": "endpointAuthorization"}
    changed = operator("PATCH", f"{PROJECT}/stepwell-steps", params=mask, json=wrong)
    assert (changed.status_code, changed.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
    assert operator("DELETE", f"{PROJECT}/stepwell-steps").status_code == 200
    assert operator("GET", PROJECT).json() == {}
    assert operator("DELETE", f"{PROJECT}/stepwell-steps").status_code == 404


def test_the_projects_id_is_not_its_number(operator):
    assert operator("GET", "/v4/projects/my-project/subscribers").status_code == 403
    assert operator("DELETE", "/v4/projects/my-project/subscribers/one").status_code == 400


def test_peoples_tokens_and_bad_requests_make_no_subscribers(stand, operator, token, receiver):
    path = f"{stand.google}{PROJECT}"
    for given in (token, "", "ya29.svc-99999999999-0"):
        headers = {"Authorization": f"Bearer {given}"}
        assert requests.get(path, headers=headers, timeout=10).status_code == 401
    for name, body in (
        ("UPPER", {**BODY, "endpointUri": receiver.url}),
        ("stepwell", {**BODY, "endpointUri": "http://example.com/hook"}),
        ("stepwell", {"endpointUri": 3}),
        ("stepwell", []),
    ):
        answer = operator("POST", PROJECT, params={"subscriberId": name}, json=body)
        assert answer.status_code == 400


def test_a_forged_request_for_a_token_is_refused(stand):
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"}
    for assertion in ("", "a.b.c", "e30.e30.e30", "...."):
        form["assertion"] = assertion
        answer = requests.post(f"{stand.google}/token", data=form, timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_an_inactive_subscriber_hears_nothing(stand, hook):
    room(stand, "PUT", "subscribers", {"state": "INACTIVE"})
    stand.steps(date="2026-11-18", total=7000)
    time.sleep(0.8)
    assert hook.messages() == []


@pytest.mark.parametrize(("body", "start"), [("empty", ""), ("json", "{"), ("html", "<!DOCTYPE")])
def test_the_old_fitbit_interface_is_gone_whatever_is_asked(stand, body, start):
    stand.control("PUT", "knobs?room=fitbit", {"body": body})
    for method, path in (("GET", "1/user/-/devices.json"), ("POST", "oauth2/token"), ("PUT", "")):
        answer = requests.request(method, f"{stand.url}/fitbit/{path}", timeout=10)
        assert answer.status_code == 410
        assert answer.text[: len(start)] == start
        assert bool(answer.text) == (body != "empty")


def test_the_demo_turns_webhooks_on_and_moves_them_when_it_moves(stand, receiver):
    control = SandboxControl(stand.url)
    for address in (receiver.url, f"{receiver.url}/elsewhere"):
        control.tell_of_changes(url=address, secret=SECRET)
        [one] = room(stand, "GET", "subscribers")["subscribers"]
        assert (one["endpointUri"], one["state"]) == (address, "ACTIVE")
    receiver.greeting = 500
    with pytest.raises(requests.HTTPError):
        control.tell_of_changes(url=receiver.url, secret=SECRET)
