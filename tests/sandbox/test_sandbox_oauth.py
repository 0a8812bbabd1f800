"""The code flow as a browser and an application go through it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

ACTIVITY = "https://www.googleapis.com/auth/googlehealth.activity_and_fitness.readonly"
SETTINGS = "https://www.googleapis.com/auth/googlehealth.settings.readonly"
# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
def code(stand, ada):
    return stand.submit(stand.ask(login_hint=ada["email"]))["code"]


@pytest.mark.usefixtures("ada")
def test_code_flow_with_pkce_by_default_form_fields(stand):
    page = stand.ask(code_challenge=CHALLENGE, code_challenge_method="S256")
    back = stand.submit(page, decision="allow")
    assert back["state"] == "s t&te"
    assert set(back["scope"].split()) == {ACTIVITY, SETTINGS}
    assert stand.exchange(back["code"], code_verifier="x" * 43).json()["error"] == "invalid_grant"
    answer = stand.exchange(back["code"], code_verifier=VERIFIER)
    body = answer.json()
    assert answer.status_code == 200
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 3599
    assert body["scope"] == f"{SETTINGS} {ACTIVITY}"
    assert "refresh_token_expires_in" not in body
    assert stand.get(body["access_token"], "identity").status_code == 200
    assert stand.refresh(body["refresh_token"]).status_code == 200


@pytest.mark.usefixtures("ada")
def test_plain_pkce(stand):
    back = stand.submit(stand.ask(code_challenge=VERIFIER))
    assert stand.exchange(back["code"], code_verifier="wrong").status_code == 400
    assert stand.exchange(back["code"], code_verifier=VERIFIER).status_code == 200


@pytest.mark.usefixtures("ada")
def test_login_hint_chooses_the_account(stand):
    stand.person("grace@example.com")
    back = stand.submit(stand.ask(login_hint="Grace@Example.com"))
    held = stand.exchange(back["code"]).json()["access_token"]
    grace = stand.control("GET", "people/grace@example.com")
    assert stand.get(held, "identity").json()["healthUserId"] == grace["health_user_id"]


def test_without_a_hint_the_first_account_is_chosen(stand, ada):
    stand.person("grace@example.com")
    held = stand.exchange(stand.submit(stand.ask())["code"]).json()["access_token"]
    assert stand.get(held, "identity").json()["legacyUserId"] == ada["legacy_user_id"]


@pytest.mark.usefixtures("ada")
def test_unticked_scope_is_not_granted(stand):
    page = stand.ask()
    back = stand.submit(page, change=lambda fields: [f for f in fields if f[1] != SETTINGS])
    assert back["scope"] == ACTIVITY
    held = stand.exchange(back["code"]).json()
    assert held["scope"] == ACTIVITY
    refused = stand.get(held["access_token"], "settings")
    assert refused.status_code == 403
    assert refused.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    stand.knobs(scope_error_reason="MISSING_OAUTH_SCOPE")
    refused = stand.get(held["access_token"], "settings").json()["error"]
    assert refused["status"] == "PERMISSION_DENIED"
    assert refused["details"][0]["reason"] == "MISSING_OAUTH_SCOPE"


@pytest.mark.usefixtures("ada")
def test_only_what_was_asked_for_can_be_granted(stand):
    page = stand.ask(scope=ACTIVITY)
    back = stand.submit(page, change=lambda fields: [*fields, ("granted", SETTINGS)])
    assert back["scope"] == ACTIVITY


@pytest.mark.parametrize("decision", ["deny", "nothing ticked"])
@pytest.mark.usefixtures("ada")
def test_denial_comes_back_with_the_state(stand, decision):
    page = stand.ask()
    if decision == "deny":
        back = stand.submit(page, decision="deny")
    else:
        back = stand.submit(page, change=lambda fields: [f for f in fields if f[0] != "granted"])
    assert back == {"error": "access_denied", "state": "s t&te"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "stranger"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/cb"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/cb"}, "redirect_uri_mismatch"),
        ({"redirect_uri": None}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": f"{ACTIVITY} openid"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
@pytest.mark.usefixtures("ada")
def test_a_wrong_request_ends_on_a_page_and_never_redirects(stand, changes, words):
    answer = stand.ask(**changes)
    assert answer.status_code == 400
    assert words in answer.text
    assert not answer.history


@pytest.mark.usefixtures("ada")
def test_registered_redirect_uris_must_match_exactly(stand):
    client = {"client_id": "c2", "client_secret": "s2", "redirect_uris": ["https://a.example/cb"]}
    stand.control("POST", "clients", client)
    assert stand.ask(client_id="c2", redirect_uri="https://a.example/cb").status_code == 200
    assert stand.ask(client_id="c2", redirect_uri="https://a.example/cb/").status_code == 400
    assert stand.ask(client_id="c2").status_code == 400


@pytest.mark.usefixtures("ada")
def test_page_escapes_what_it_shows(stand):
    stand.person("x@example.com", name="<script>alert(1)</script>")
    page = stand.ask(state='"><script>alert(2)</script>')
    assert "<script>" not in page.text


def test_page_without_anybody_says_so(stand):
    assert "no account yet" in stand.ask().text


def test_code_is_single_use(stand, code):
    assert stand.exchange(code).status_code == 200
    again = stand.exchange(code)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"


def test_of_many_exchanges_at_once_one_succeeds(stand, code):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: stand.exchange(code).status_code, range(8)))
    assert sorted(answers) == [200] + [400] * 7


@pytest.mark.usefixtures("ada")
def test_of_many_rotations_at_once_one_succeeds(stand):
    stand.knobs(rotate_refresh_tokens=True)
    held = stand.consent()["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: stand.refresh(held).status_code, range(8)))
    assert sorted(answers) == [200] + [400] * 7


def test_code_expires_after_ten_minutes(stand, code):
    stand.knobs(frozen_now="2026-11-20T17:10:01Z")
    assert stand.exchange(code).json()["error"] == "invalid_grant"
    stand.knobs(frozen_now="2026-11-20T17:09:59Z")
    assert stand.exchange(code).status_code == 200


def test_code_needs_the_same_redirect_uri_and_the_right_client(stand, code):
    stand.control("POST", "clients", {"client_id": "c2", "client_secret": "s2"})
    other = stand.exchange(code, client_id="c2", client_secret="s2")
    assert other.json()["error"] == "invalid_grant"
    moved = stand.exchange(code, redirect_uri="http://127.0.0.1:9/other")
    assert (moved.status_code, moved.json()["error"]) == (400, "redirect_uri_mismatch")
    wrong = stand.exchange(code, client_secret="guess")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert stand.exchange(code, client_id="nobody").status_code == 401
    assert stand.exchange(code).status_code == 200


def test_client_may_use_basic_authentication(stand, code):
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": "http://127.0.0.1:9/callback",
        "code": code,
    }
    credentials = ("sandbox-client", "sandbox-secret")
    answer = stand.http.post(f"{stand.google}/token", data=form, auth=credentials, timeout=20)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_other_grant_types(stand, form, error):
    answer = stand.http.post(f"{stand.google}/token", data=form, timeout=20)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.usefixtures("ada")
def test_refresh_token_only_when_offline_and_first_or_asked_again(stand):
    def consented(**changes):
        return stand.exchange(stand.submit(stand.ask(**changes))["code"]).json()

    assert "refresh_token" not in consented(access_type=None)
    assert "refresh_token" not in consented(prompt=None)
    assert "refresh_token" in consented(prompt="consent")
    stand.control("POST", "people/ada@example.com/revoke")
    assert "refresh_token" in consented(prompt=None)


@pytest.mark.usefixtures("ada")
def test_refresh_keeps_the_refresh_token(stand):
    first = stand.consent()
    body = stand.refresh(first["refresh_token"]).json()
    assert "refresh_token" not in body
    assert body["access_token"] != first["access_token"]
    assert stand.get(first["access_token"], "identity").status_code == 200
    assert stand.get(body["access_token"], "identity").status_code == 200


@pytest.mark.usefixtures("ada")
def test_refresh_may_narrow_but_not_widen(stand):
    held = stand.consent(scopes=[ACTIVITY])["refresh_token"]
    assert stand.refresh(held, scope=ACTIVITY).json()["scope"] == ACTIVITY
    assert stand.refresh(held, scope=SETTINGS).json()["error"] == "invalid_scope"


@pytest.mark.usefixtures("ada")
def test_rotating_refresh_tokens(stand):
    stand.knobs(rotate_refresh_tokens=True)
    old = stand.consent()["refresh_token"]
    new = stand.refresh(old).json()["refresh_token"]
    assert new != old
    assert stand.refresh(old).json()["error"] == "invalid_grant"
    assert stand.refresh(new).status_code == 200


def test_testing_status_limits_the_refresh_token_to_seven_days(stand):
    stand.person("tess@example.com", testing=True)
    held = stand.consent("tess@example.com")
    assert held["refresh_token_expires_in"] == 604799
    stand.knobs(frozen_now="2026-11-27T16:59:00Z")
    assert stand.refresh(held["refresh_token"]).json()["refresh_token_expires_in"] == 59
    stand.knobs(frozen_now="2026-11-27T17:00:00Z")
    dead = stand.refresh(held["refresh_token"])
    assert dead.status_code == 400
    assert dead.json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


@pytest.mark.usefixtures("ada")
def test_malformed_refresh_token(stand):
    assert stand.refresh("gibberish").json() == {
        "error": "invalid_grant",
        "error_description": "Bad Request",
    }


@pytest.mark.usefixtures("ada")
def test_oldest_refresh_token_beyond_the_limit_dies_silently(stand):
    stand.knobs(max_live_refresh_tokens=3)
    held = [stand.consent()["refresh_token"] for _ in range(4)]
    answers = [stand.refresh(one).status_code for one in held]
    assert answers == [400, 200, 200, 200]


def test_default_limit_is_a_hundred(stand):
    assert stand.control("GET", "knobs")["max_live_refresh_tokens"] == 100


def test_access_token_runs_out(stand, token):
    stand.knobs(frozen_now="2026-11-20T17:59:58Z")
    assert stand.get(token, "identity").status_code == 200
    stand.knobs(frozen_now="2026-11-20T17:59:59Z")
    answer = stand.get(token, "identity")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
    assert "details" not in answer.json()["error"]


@pytest.mark.usefixtures("ada")
def test_access_token_length_knob(stand):
    stand.knobs(access_token_length=2048)
    assert re.fullmatch(r"ya29\.\S{2043}", stand.consent()["access_token"])


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.usefixtures("ada")
def test_revoking_either_token_ends_the_grant(stand, kind):
    held = stand.consent()
    form = {"token": held[kind]}
    answer = stand.http.post(f"{stand.google}/revoke", data=form, timeout=20)
    assert (answer.status_code, answer.content) == (200, b"")
    assert stand.get(held["access_token"], "identity").status_code == 401
    assert stand.refresh(held["refresh_token"]).json()["error"] == "invalid_grant"
    again = stand.http.post(f"{stand.google}/revoke", data=form, timeout=20)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


@pytest.mark.usefixtures("ada")
def test_person_removes_the_application(stand):
    held = stand.consent()
    assert stand.control("POST", "people/ada@example.com/revoke") == {"grants": 1}
    assert stand.get(held["access_token"], "identity").status_code == 401
    assert stand.refresh(held["refresh_token"]).json()["error"] == "invalid_grant"
    assert stand.get(stand.consent()["access_token"], "identity").status_code == 200


@pytest.mark.usefixtures("ada")
def test_expiring_tokens_now(stand):
    held = stand.consent()
    assert stand.control("POST", "people/ada@example.com/expire-tokens") == {"tokens": 1}
    assert stand.get(held["access_token"], "identity").status_code == 401
    assert stand.refresh(held["refresh_token"]).status_code == 200
    stand.control("POST", "people/ada@example.com/expire-tokens", {"refresh": True})
    assert stand.refresh(held["refresh_token"]).status_code == 400
