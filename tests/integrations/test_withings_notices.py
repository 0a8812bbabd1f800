"""Unsigned forms: taken only at the account's own address, and only as a hint."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest

from integrations.abilities import NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig
from integrations.providers.withings import notices
from integrations.providers.withings.provider import PROVIDER

CONFIG = ProviderConfig(client_id="c", client_secret="secret", values={})
HOOK = "https://stepwell.example/webhooks/withings"
ANNA = "28364512"


def tail_of(account, config=CONFIG):
    return notices.address_for(HOOK, account, config).removeprefix(f"{HOOK}/")


def hear(body=None, *, method="POST", tail=None, **fields):
    raw = urlencode({"userid": ANNA, "appli": "16"} | fields).encode() if body is None else body
    call = WebhookCall(
        method=method,
        tail=tail_of(ANNA) if tail is None else tail,
        query={},
        headers={},
        body=raw,
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return PROVIDER.hear(call, CONFIG, None)


def refusal(*args, **more):
    with pytest.raises(WebhookRefused) as caught:
        hear(*args, **more)
    return caught.value.code, caught.value.status


def test_an_address_is_the_accounts_own_and_short_enough():
    other = ProviderConfig(client_id="c", client_secret="other", values={})
    assert len({tail_of(ANNA), tail_of("1"), tail_of(ANNA, other)}) == 3
    assert len(notices.address_for(HOOK, ANNA, CONFIG)) < 255


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"date": "2026-11-20"}, (date(2026, 11, 20), date(2026, 11, 20))),
        (
            {"startdate": "1795132800", "enddate": "1795219200"},
            (date(2026, 11, 19), date(2026, 11, 22)),
        ),
        ({"startdate": "1795132800"}, (date(2026, 11, 19), date(2026, 11, 21))),
        ({"date": "yesterday", "startdate": "-5", "enddate": "9" * 30}, (None, None)),
        ({"date": ""}, (None, None)),
        ({"startdate": "\u0661"}, (None, None)),
    ],
)
def test_the_days_it_names_are_read_as_far_as_they_can_be(fields, days):
    heard = hear(**fields)
    (notice,) = heard.notices
    assert (notice.account_id, notice.kind) == (ANNA, NoticeKind.CHANGED)
    assert (notice.first, notice.last) == days
    assert heard.status == 200


@pytest.mark.parametrize("action", ["delete", "unlink", "update"])
def test_that_somebody_left_is_a_hint_to_look(action):
    (notice,) = hear(appli="46", action=action).notices
    assert (notice.kind, notice.payload["action"]) == (NoticeKind.CHANGED, action)


def test_what_is_not_about_activity_is_taken_and_left_alone():
    assert hear(appli="44").notices == ()
    assert hear(urlencode({"userid": ANNA}).encode()).notices == ()


def test_its_numbers_are_never_read():
    (notice,) = hear(steps="99999").notices
    assert "steps" not in notice.payload


@pytest.mark.parametrize("tail", ["", "x", tail_of("28364513"), tail_of(ANNA)[:-1], "\u00e9"])
def test_any_other_address_is_refused(tail):
    assert refusal(tail=tail) == ("unknown_address", 403)


@pytest.mark.parametrize(
    "body", [b"", b"\xff=1", b"userid=me", b"userid=", b"&" * 200 + b"a=1&" * 100, b"{}"]
)
def test_what_cannot_be_read_is_refused(body):
    assert refusal(body) == ("not_readable", 400)


def test_our_address_can_be_probed():
    assert hear(b"", method="HEAD", tail="anything").status == 200
    assert refusal(method="GET") == ("wrong_method", 405)
