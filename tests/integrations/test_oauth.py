"""Tokens from the token endpoint: the traps of the library and of the answers."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from integrations import oauth
from integrations.contract import OAuthEndpoints, ProviderConfig
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    ProviderGone,
    RateLimited,
    Rejected,
    Transient,
)
from tests.integrations.conftest import ACTIVITY, token_body
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CONFIG = ProviderConfig(client_id="client", client_secret="hush-hush", values={})


def endpoints(stand_in):
    return OAuthEndpoints(
        authorize_url=f"{stand_in.url}/auth",
        token_url=f"{stand_in.url}/token",
        revoke_url=f"{stand_in.url}/revoke",
        scopes=("a", "b"),
        required_scopes=frozenset({"a"}),
    )


def exchange(stand_in, answer=None):
    stand_in.routes["/token"] = answer or Answer(body=token_body())
    return oauth.exchange(
        endpoints(stand_in),
        CONFIG,
        code="4/0Ad/secret-code",
        code_verifier="v" * 64,
        redirect_uri="https://stepwell.example/oauth/x/callback",
        now=NOW,
    )


def refresh(stand_in, answer=None):
    stand_in.routes["/token"] = answer or Answer(body=token_body())
    return oauth.refresh(endpoints(stand_in), CONFIG, refresh_token="1//old", now=NOW)


def test_every_consent_has_its_own_secrets(stand_in):
    walks = [
        oauth.consent(endpoints(stand_in), CONFIG, redirect_uri="https://x/cb", login_hint="a@b.c")
        for _ in range(2)
    ]
    assert walks[0].state != walks[1].state
    assert walks[0].code_verifier != walks[1].code_verifier
    assert 43 <= len(walks[0].code_verifier) <= 128
    assert walks[0].code_verifier not in walks[0].url
    assert "hush-hush" not in walks[0].url


def test_the_exchange_sends_the_client_in_the_body(stand_in):
    exchange(stand_in)
    (asked,) = stand_in.asked
    assert asked.form == {
        "grant_type": "authorization_code",
        "client_id": "client",
        "client_secret": "hush-hush",
        "code": "4/0Ad/secret-code",
        "code_verifier": "v" * 64,
        "redirect_uri": "https://stepwell.example/oauth/x/callback",
    }
    assert "Authorization" not in asked.headers


def test_fewer_scopes_than_asked_are_no_error(stand_in, monkeypatch):
    monkeypatch.delenv("OAUTHLIB_RELAX_TOKEN_SCOPE", raising=False)
    grant = exchange(stand_in, Answer(body=token_body(scope=ACTIVITY)))
    assert grant.scopes == frozenset({ACTIVITY})


def test_an_empty_scope_is_nothing_and_a_missing_one_is_silence(stand_in):
    assert exchange(stand_in, Answer(body=token_body(scope=""))).scopes == frozenset()
    body = token_body()
    del body["scope"]
    assert exchange(stand_in, Answer(body=body)).scopes is None


def test_a_refresh_sends_no_scope_and_keeps_the_old_refresh_token(stand_in):
    body = token_body(2)
    del body["refresh_token"]
    grant = refresh(stand_in, Answer(body=body))
    assert grant.refresh_token == "1//old"
    assert stand_in.asked[0].form == {
        "grant_type": "refresh_token",
        "client_id": "client",
        "client_secret": "hush-hush",
        "refresh_token": "1//old",
    }


def test_a_new_refresh_token_replaces_the_old_one(stand_in):
    assert refresh(stand_in).refresh_token == "1//refresh-1"


@pytest.mark.parametrize(
    ("expires_in", "expected"),
    [
        (3599, timedelta(seconds=3599)),
        ("3599", timedelta(seconds=3599)),
        (3599.7, timedelta(seconds=3599)),
        (None, timedelta(hours=1)),
        (0, timedelta(hours=1)),
        (-5, timedelta(hours=1)),
        (10**15, timedelta(days=3650)),
    ],
)
def test_a_lifetime_may_come_in_many_shapes(stand_in, expires_in, expected):
    grant = exchange(stand_in, Answer(body=token_body(expires_in=expires_in)))
    assert grant.expires_at == NOW + expected


def test_a_missing_lifetime_is_the_usual_one_or_none_at_all(stand_in):
    body = {"access_token": "abc", "token_type": "bearer"}
    assert exchange(stand_in, Answer(body=body)).expires_at == NOW + timedelta(days=3650)
    body["refresh_token"] = "def"
    assert exchange(stand_in, Answer(body=body)).expires_at == NOW + timedelta(hours=1)


def test_the_end_of_a_refresh_token_is_kept_when_known(stand_in):
    assert exchange(stand_in).refresh_expires_at is None
    body = token_body(refresh_token_expires_in=604799)
    grant = exchange(stand_in, Answer(body=body))
    assert grant.refresh_expires_at == NOW + timedelta(seconds=604799)


ERRORS = [
    (Answer(400, {"error": "invalid_client"}), Rejected, "app_misconfigured"),
    (Answer(401, {"error": "invalid_client"}), Rejected, "app_misconfigured"),
    (Answer(401, b""), Rejected, "app_misconfigured"),
    (Answer(400, {"error": "unauthorized_client"}), Rejected, "app_misconfigured"),
    (Answer(400, {"error": "redirect_uri_mismatch"}), Rejected, "app_misconfigured"),
    (Answer(403, {"error": {"code": 403}}), Rejected, "app_misconfigured"),
    (Answer(404, b"<html>"), Rejected, "app_misconfigured"),
    (Answer(400, {"error": "temporarily_unavailable"}), Transient, "token_expired_temporary"),
    (Answer(500, b""), Transient, "token_expired_temporary"),
    (Answer(503, {"error": "invalid_grant"}), Transient, "token_expired_temporary"),
    (Answer(raw=lambda sock: None), Transient, "token_expired_temporary"),
    (
        Answer(429, {"error": "slow"}, {"Retry-After": "9"}),
        RateLimited,
        "provider_rate_limited_user",
    ),
    (Answer(410, b""), ProviderGone, "provider_retired"),
    (Answer(200, b"<html>proxy</html>"), BadPayload, "provider_outage"),
    (Answer(200, {}), BadPayload, "provider_outage"),
    (Answer(200, {"access_token": ""}), BadPayload, "provider_outage"),
    (Answer(200, {"access_token": 5}), BadPayload, "provider_outage"),
    (Answer(200, {"access_token": "a\r\nX-Evil: 1"}), BadPayload, "provider_outage"),
    (Answer(200, {"access_token": "a", "refresh_token": ["b"]}), BadPayload, "provider_outage"),
    (Answer(200, {"access_token": "a", "scope": 5}), BadPayload, "provider_outage"),
    (Answer(200, {"access_token": "a", "expires_in": "soon"}), BadPayload, "provider_outage"),
    (Answer(200, b"x" * 100_000), BadPayload, "provider_outage"),
    (Answer(307, b"", {"Location": "/elsewhere"}), BadPayload, "provider_outage"),
]


@pytest.mark.parametrize("call", [exchange, refresh])
@pytest.mark.parametrize(("answer", "kind", "cause"), ERRORS)
def test_an_error_of_the_token_endpoint_is_named(stand_in, call, answer, kind, cause):
    with pytest.raises(kind) as caught:
        call(stand_in, answer)
    assert type(caught.value) is kind
    assert caught.value.cause == cause
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("description", ["Token has been expired or revoked.", "Bad Request", None])
def test_invalid_grant_ends_a_refresh_whatever_its_description(stand_in, status, description):
    body = {"error": "invalid_grant", "error_description": description}
    with pytest.raises(NeedsReconnect) as caught:
        refresh(stand_in, Answer(status, body))
    assert caught.value.cause == "consent_revoked"


def test_invalid_grant_at_the_exchange_withdraws_nobodys_consent(stand_in):
    with pytest.raises(Rejected) as caught:
        exchange(stand_in, Answer(400, {"error": "invalid_grant"}))
    assert caught.value.cause == "oauth_failed"


@pytest.mark.parametrize("status", [200, 400])
def test_a_revocation_succeeds_also_when_the_token_is_dead(stand_in, status):
    stand_in.routes["/revoke"] = Answer(status, {"error": "invalid_token"})
    oauth.revoke(f"{stand_in.url}/revoke", token="1//r", now=NOW)
    assert stand_in.asked[0].form == {"token": "1//r"}


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Transient), (429, RateLimited), (410, ProviderGone)]
)
def test_a_failing_revocation_is_named(stand_in, status, kind):
    stand_in.routes["/revoke"] = Answer(status)
    with pytest.raises(kind):
        oauth.revoke(f"{stand_in.url}/revoke", token="1//r", now=NOW)


def test_an_unreachable_revocation_is_transient():
    with pytest.raises(Transient):
        oauth.revoke("http://127.0.0.1:1/revoke", token="1//r", now=NOW)


def test_plain_http_is_an_operators_mistake(stand_in, monkeypatch):
    monkeypatch.delenv("OAUTHLIB_INSECURE_TRANSPORT")
    with pytest.raises(Rejected):
        refresh(stand_in)
    assert stand_in.asked == []


@pytest.mark.parametrize("answer", [None, *[error[0] for error in ERRORS]])
def test_no_secret_is_logged_even_at_debug(stand_in, answer, caplog):
    caplog.set_level(logging.DEBUG)
    said = ""
    for call in (exchange, refresh):
        try:
            said += repr(call(stand_in, answer))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
            said += repr([error, error.__cause__, error.__context__])
    for secret in ("hush-hush", "4/0Ad/secret-code", "vvvv", "1//", "ya29"):
        assert secret not in said + caplog.text
