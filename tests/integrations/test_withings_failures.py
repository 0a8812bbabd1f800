"""The numbers inside a success, and the words they stand for."""

import pytest

from integrations.errors import BadPayload, RateLimited, Rejected, Transient, Unauthorized
from integrations.providers.withings.failures import opened, token_error


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((number, Unauthorized) for number in (100, 101, 102, 200, 401)),
        *((number, Rejected) for number in (214, 277, 293, 2553, 2554, 2555, 503, 99_999)),
        (522, Transient),
        (524, Transient),
        (601, RateLimited),
        (None, BadPayload),
        ("0", BadPayload),
        (-1, BadPayload),
        (10**30, BadPayload),
    ],
)
def test_every_number_has_its_failure(number, expected):
    with pytest.raises(expected) as caught:
        opened({"status": number, "body": {}}, "getactivity")
    assert type(caught.value) is expected


def test_a_good_answer_is_opened():
    assert opened({"status": 0, "body": {"a": 1}}, "getactivity") == {"a": 1}
    assert opened({"status": 0}, "subscribe") == {}


@pytest.mark.parametrize("inner", [None, [], "text", 5])
def test_a_body_that_is_none_is_not_believed(inner):
    with pytest.raises(BadPayload):
        opened({"status": 0, "body": inner}, "getactivity")


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (200, {"status": 0}, ""),
        (200, {}, ""),
        (200, {"status": "401"}, ""),
        (500, {"status": 401}, ""),
        (200, {"status": 401}, "invalid_grant"),
        (200, {"status": 503, "error": "Invalid Params: invalid code"}, "invalid_grant"),
        (200, {"status": 503, "error": "Invalid Params: invalid token"}, "invalid_grant"),
        (200, {"status": 503, "error": "Invalid Params: invalid refresh_token"}, "invalid_grant"),
        (200, {"status": 503, "error": "Invalid Params: invalid client_id"}, "invalid_request"),
        (200, {"status": 503, "error": "Invalid Params: invalid codes"}, "invalid_request"),
        (200, {"status": 503}, "invalid_request"),
        (200, {"status": 522}, "temporarily_unavailable"),
        (200, {"status": 524}, "temporarily_unavailable"),
        (200, {"status": 601}, "temporarily_unavailable"),
        (200, {"status": 9999}, "invalid_request"),
    ],
)
def test_a_token_answer_has_its_word(status, body, word):
    assert token_error(status, body) == word
