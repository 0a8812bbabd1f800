"""What Google's webhooks may look like, and what nobody but Google can send."""

import json
from base64 import b64encode
from datetime import UTC, date, datetime

import pytest

from integrations.abilities import HearsWebhooks, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig
from integrations.errors import Transient
from integrations.providers.fitbit import webhooks
from integrations.providers.fitbit.provider import PROVIDER
from tests.google_signing import ACCOUNT, SECRET, SigningKey, civil, entry, keyset, written

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 19)


class Library:
    """Public documents: what is at hand, and what a refetch would bring."""

    def __init__(self, at_hand, newer=None):
        self.at_hand, self.newer = at_hand, newer
        self.refetched = 0

    def read(self, url, *, refetch=False):
        assert url == webhooks.KEYSET
        if refetch:
            self.refetched += 1
            self.at_hand = self.newer or self.at_hand
        if self.at_hand is None:
            raise Transient("gone")
        return self.at_hand


@pytest.fixture(scope="module")
def key():
    return SigningKey()


@pytest.fixture(scope="module")
def library(key):
    return Library(keyset(key))


def config(secret=SECRET):
    return ProviderConfig(
        client_id="c", client_secret="s", values={"webhook_secret": secret} if secret else {}
    )


def call(body, *, method="POST", tail="", secret=SECRET, **headers):
    told = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    if secret is not None:
        told["authorization"] = secret
    return WebhookCall(method=method, tail=tail, query={}, headers=told, body=body, received_at=NOW)


def signed(key, body, header="google_health_api_signature", **options):
    return call(body, **{header: key.sign(body)}, **options)


def hear(call, library, secret=SECRET):
    return PROVIDER.hear(call, config(secret), library)


def refused(call, library, code, status=401, secret=SECRET):
    with pytest.raises(WebhookRefused) as caught:
        hear(call, library, secret)
    assert (caught.value.code, caught.value.status) == (code, status)


def test_the_folder_is_found_to_hear():
    assert isinstance(PROVIDER, HearsWebhooks)
    assert PROVIDER.capabilities.webhooks


def test_the_handshake_wants_201_with_the_secret_and_401_without(library):
    body = b'{"type":"verification"}'
    assert hear(call(body), library).status == 201
    refused(call(body, secret=None), library, "wrong_secret")
    refused(call(body, secret="Bearer another"), library, "wrong_secret")


def test_nothing_is_taken_where_no_secret_is_set(key, library):
    refused(signed(key, b"[]", secret=""), library, "wrong_secret", secret="")
    refused(signed(key, b"[]", secret=None), library, "wrong_secret", secret=" , ")


def test_old_and_new_secret_both_fit_while_one_is_replaced(library):
    both = f"Bearer new-one, {SECRET}"
    for secret in ("Bearer new-one", SECRET):
        heard = hear(call(b'{"type":"verification"}', secret=secret), library, both)
        assert heard.status == 201
    refused(call(b"{}", secret=both), library, "wrong_secret", secret=both)


@pytest.mark.parametrize("header", ["google_health_api_signature", "x_healthapi_signature"])
@pytest.mark.parametrize("array", [True, False])
def test_a_signed_hint_names_account_and_days(key, library, header, array):
    one = entry(DAY)
    body = json.dumps([one] if array else one).encode()
    heard = hear(signed(key, body, header), library)
    assert (heard.status, heard.body) == (204, b"")
    [notice] = heard.notices
    assert (notice.account_id, notice.kind) == (ACCOUNT, NoticeKind.CHANGED)
    assert (notice.first, notice.last) == (DAY, DAY)
    assert notice.payload == one["data"]


def test_an_array_tells_of_many_accounts_and_what_is_unknown_is_left_alone(key, library):
    entries = [
        entry(DAY, account="first"),
        entry(DAY, account="second", operation="DELETE"),
        entry(DAY, operation="MERGED_BY_A_FUTURE_VERSION"),
        entry(DAY, data_type="heart-rate"),
        entry(DAY, account=7),
        {"data": None},
        {"data": []},
        "text",
        None,
    ]
    heard = hear(signed(key, written(*entries)), library)
    assert heard.status == 204
    assert [notice.account_id for notice in heard.notices] == ["first", "second"]
    assert {notice.kind for notice in heard.notices} == {NoticeKind.CHANGED}


def interval(**forms):
    one = entry()
    one["data"]["intervals"] = [forms]
    return one


@pytest.mark.parametrize(
    ("one", "first", "last"),
    [
        (entry(date(2026, 11, 17), DAY), date(2026, 11, 17), DAY),
        (  # an end at midnight belongs to the day before
            interval(
                civilDateTimeInterval={
                    "startDateTime": civil(DAY),
                    "endDateTime": {"date": civil(date(2026, 11, 20))["date"]},
                }
            ),
            DAY,
            DAY,
        ),
        (
            interval(
                civilIso8601TimeInterval={
                    "startTime": "2026-11-18T23:50:00",
                    "endTime": "2026-11-19T00:05:00",
                }
            ),
            date(2026, 11, 18),
            DAY,
        ),
        (  # instants alone: the local day may be the neighbour of the UTC one
            interval(
                physicalTimeInterval={
                    "startTime": "2026-11-19T13:00:00Z",
                    "endTime": "2026-11-19T13:15:00.123456789Z",
                }
            ),
            date(2026, 11, 18),
            date(2026, 11, 20),
        ),
        (interval(civilDateTimeInterval={"startDateTime": civil(DAY)}), DAY, DAY),
        (interval(), None, None),
        (interval(civilDateTimeInterval=3, physicalTimeInterval="x"), None, None),
        (interval(civilIso8601TimeInterval={"startTime": "9999-12-31T00:00:00"}), None, None),
        (
            interval(
                civilDateTimeInterval={
                    "startDateTime": {"date": {"year": 2026, "month": 2, "day": 31}}
                }
            ),
            None,
            None,
        ),
    ],
)
def test_civil_dates_pick_the_days(key, library, one, first, last):
    [notice] = hear(signed(key, written(one)), library).notices
    assert (notice.first, notice.last) == (first, last)


def test_a_forged_body_is_refused_whatever_is_altered(key, library):
    body = written(entry(DAY))
    fit = key.sign(body)
    for altered in (body + b" ", body[:-1], body.replace(b"UPSERT", b"DELETE"), b""):
        with pytest.raises(WebhookRefused):
            hear(call(altered, google_health_api_signature=fit), library)


@pytest.mark.parametrize("signature", [None, "", "AA==", "no base64 at all!", "é", "AQ" * 4000])
def test_unsigned_and_mis_signed_calls_are_refused(library, signature):
    body = written(entry(DAY))
    code = "wrong_signature" if signature else "unsigned"
    refused(call(body, google_health_api_signature=signature), library, code)


def test_a_key_of_ones_own_does_not_help(key, library):
    body = written(entry(DAY))
    stranger = SigningKey(number=key.number)
    refused(signed(stranger, body), library, "wrong_signature")


def test_the_signature_of_one_key_under_the_number_of_another_is_refused(key):
    body = written(entry(DAY))
    other = SigningKey(number=77)
    both = Library(keyset(key, other))
    confused = call(body, google_health_api_signature=other.sign(body, number=key.number))
    refused(confused, both, "wrong_signature")
    assert hear(signed(other, body), both).notices


def test_raw_bytes_without_tinks_prefix_are_refused(key, library):
    body = written(entry(DAY))
    whole = key.sign(body)
    from base64 import b64decode

    bare = b64encode(b64decode(whole)[5:]).decode()
    refused(call(body, google_health_api_signature=bare), library, "wrong_signature")


def test_an_unknown_key_is_looked_for_once(key):
    body = written(entry(DAY))
    newer = SigningKey(number=5)
    rotated = Library(keyset(key), newer=keyset(newer, key))
    assert hear(signed(newer, body), rotated).notices
    assert rotated.refetched == 1
    stranger = SigningKey(number=6)
    refused(signed(stranger, body), rotated, "wrong_signature")
    assert rotated.refetched == 2


@pytest.mark.parametrize(
    "options",
    [
        {"status": "DISABLED"},
        {"status": "DESTROYED"},
        {"prefix": "RAW"},
        {"type_url": "type.googleapis.com/google.crypto.tink.RsaSsaPkcs1PublicKey"},
    ],
)
def test_a_key_that_is_not_to_be_used_signs_nothing(options):
    odd = SigningKey(number=9, **options)
    refused(signed(odd, b"[]"), Library(keyset(odd)), "wrong_signature")


@pytest.mark.parametrize(
    "published",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"key": 3}',
        b'{"key": [{}]}',
        b"[" * 100_000,
    ],
)
def test_a_keyset_nobody_can_read_has_no_keys(key, published):
    refused(signed(key, b"[]"), Library(published), "wrong_signature")


@pytest.mark.parametrize("value", ["", "AAAA", "//////8=", "EgYIAxACGAI=", "GiEA", "é"])
def test_a_broken_key_signs_nothing(key, value):
    document = json.loads(keyset(key))
    document["key"][0]["keyData"]["value"] = value
    refused(signed(key, b"[]"), Library(json.dumps(document).encode()), "wrong_signature")


def test_other_parameters_than_googles_are_refused(key):
    document = json.loads(keyset(key))
    for parameters in (b"\x08\x04\x10\x02\x18\x02", b"\x08\x03\x10\x02\x18\x01", b""):
        document["key"][0] = key.published(parameters)
        refused(signed(key, b"[]"), Library(json.dumps(document).encode()), "wrong_signature")


def test_without_any_keyset_the_sender_is_asked_to_come_again(key):
    with pytest.raises(Transient):
        hear(signed(key, b"[]"), Library(None))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 100_000, b"nul", b"\x00"]
)
def test_garbage_is_refused_also_when_it_is_signed(key, library, body):
    refused(signed(key, body), library, "not_json", 400)


@pytest.mark.parametrize("body", [b"3", b"null", b'"text"', b"{}", b"[]", b"[[[]]]"])
def test_signed_json_of_another_shape_says_nothing(key, library, body):
    assert hear(signed(key, body), library).notices == ()


def test_other_methods_and_addresses_are_not_for_google(key, library):
    refused(signed(key, b"[]", method="GET"), library, "wrong_method", 405)
    refused(signed(key, b"[]", tail="else"), library, "unknown_address", 404)
