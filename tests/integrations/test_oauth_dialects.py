"""Token endpoints and consent pages that deviate from the usual form in a documented way."""

from base64 import b64encode
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations import oauth
from integrations.contract import ClientAuth
from integrations.errors import NeedsReconnect
from tests.integrations.stand_in import Answer
from tests.integrations.test_oauth import CONFIG, NOW, endpoints

REDIRECT = "https://x/cb"


def consent_query(given):
    walk = oauth.consent(given, CONFIG, redirect_uri=REDIRECT, login_hint="a@b.c")
    return parse_qs(urlsplit(walk.url).query)


def exchange(given):
    return oauth.exchange(
        given, CONFIG, code="c", code_verifier="v" * 64, redirect_uri=REDIRECT, now=NOW
    )


def test_scopes_are_joined_as_the_provider_wants(stand_in):
    query = consent_query(replace(endpoints(stand_in), scope_separator=","))
    assert query["scope"] == ["a,b"]


def test_no_scopes_means_no_scope_parameter(stand_in):
    assert "scope" not in consent_query(replace(endpoints(stand_in), scopes=()))


def test_without_pkce_neither_challenge_nor_verifier_is_sent(stand_in):
    given = replace(endpoints(stand_in), pkce=False)
    stand_in.routes["/token"] = Answer(body={"access_token": "at", "token_type": "bearer"})
    exchange(given)
    assert "code_challenge" not in consent_query(given)
    assert "code_verifier" not in stand_in.asked[0].form


def test_the_hint_goes_only_to_pages_that_understand_it(stand_in):
    assert "login_hint" not in consent_query(endpoints(stand_in))
    assert consent_query(replace(endpoints(stand_in), login_hint=True))["login_hint"] == ["a@b.c"]


@pytest.mark.parametrize("walk", ["exchange", "refresh"])
def test_a_basic_client_is_in_the_header_and_not_in_the_form(stand_in, walk):
    given = replace(endpoints(stand_in), client_auth=ClientAuth.BASIC)
    stand_in.routes["/token"] = Answer(body={"access_token": "at", "token_type": "bearer"})
    if walk == "exchange":
        exchange(given)
    else:
        oauth.refresh(given, CONFIG, refresh_token="old", now=NOW)
    (asked,) = stand_in.asked
    assert asked.headers["Authorization"] == "Basic " + b64encode(b"client:hush-hush").decode()
    assert not {"client_id", "client_secret"} & asked.form.keys()


def test_a_wrapped_answer_is_unwrapped_and_names_the_account(stand_in):
    given = replace(
        endpoints(stand_in),
        token_envelope="body",
        account_member="userid",
        token_params={"action": "requesttoken"},
        scope_separator=",",
    )
    inner = {
        "access_token": "at",
        "refresh_token": "rt",
        "expires_in": 10800,
        "userid": 363,
        "scope": "a,b",
        "token_type": "Bearer",
    }
    stand_in.routes["/token"] = Answer(body={"status": 0, "body": inner})
    grant = exchange(given)
    assert (grant.access_token, grant.refresh_token, grant.account_id) == ("at", "rt", "363")
    assert grant.scopes == {"a", "b"}
    assert stand_in.asked[0].form["action"] == "requesttoken"


def test_a_refusal_in_another_spelling_is_understood(stand_in):
    def error_word(status, body):
        return "invalid_grant" if status == 200 and body.get("status") == 601 else ""

    given = replace(endpoints(stand_in), token_envelope="body", token_error=error_word)
    stand_in.routes["/token"] = Answer(body={"status": 601, "body": {}})
    with pytest.raises(NeedsReconnect):
        oauth.refresh(given, CONFIG, refresh_token="old", now=NOW)
