"""The consent walk: what makes a connection, what refuses one, and what is revoked afterwards."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations import connections
from integrations.connections import ConnectRefused
from integrations.models import (
    Connection,
    ConnectionStatus,
    Credential,
    OAuthAttempt,
    PendingRevocation,
)
from tests.factories import NOON
from tests.integrations.conftest import ACTIVITY, SETTINGS, identity_body, token_body
from tests.integrations.stand_in import Answer

pytestmark = pytest.mark.django_db
BACK = "stepwell://connected"


def begin(person, connection=None, now=NOON):
    url, _ = connections.begin_oauth(
        person=person, provider="fitbit", return_to=BACK, connection=connection, now=now
    )
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


def come_back(state, code="4/code", error="", scope="", now=NOON):
    return connections.complete_oauth(
        provider_slug="fitbit", state=state, code=code, error=error, scope=scope, now=now
    )


def connect(person, connection=None, now=NOON):
    return come_back(begin(person, connection, now)["state"], now=now)


def refused(person, connection=None, **parameters):
    with pytest.raises(ConnectRefused) as caught:
        come_back(begin(person, connection)["state"], **parameters)
    assert caught.value.return_to == BACK
    return caught.value.code


def test_consent_url_carries_what_google_needs_for_a_refresh_token(google, alice):
    asked = begin(alice)
    assert asked["access_type"] == "offline"
    assert asked["prompt"] == "consent"
    assert asked["scope"] == f"{ACTIVITY} {SETTINGS}"
    assert asked["redirect_uri"] == "http://testserver/oauth/fitbit/callback"
    assert asked["login_hint"] == alice.email
    assert asked["code_challenge_method"] == "S256"
    assert "include_granted_scopes" not in asked


def test_state_is_kept_as_a_hash_only(google, alice):
    state = begin(alice)["state"]
    attempt = OAuthAttempt.objects.get()
    assert state not in attempt.state_hash
    assert attempt.expires_at == NOON + timedelta(minutes=10)


def test_a_walk_that_goes_well_makes_a_connection(google, alice):
    done = connect(alice)
    assert (done.created, done.first_time, done.return_to) == (True, True, BACK)
    row = Connection.objects.get()
    assert row.status == ConnectionStatus.ACTIVE
    assert row.account_id == "7700112233445566778"
    assert row.account_label == "Google Health …6778"
    assert row.granted_scopes == sorted([ACTIVITY, SETTINGS])
    assert row.missing_permissions == []
    assert row.credential.refresh_token == "1//refresh-1"
    assert row.credential.expires_at == NOON + timedelta(seconds=3599)


def test_the_exchange_proves_the_pkce_verifier(google, alice):
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    asked = begin(alice)
    come_back(asked["state"])
    sent = google.calls("/token")[0].form
    digest = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest())
    assert digest.decode().rstrip("=") == asked["code_challenge"]
    assert sent["client_secret"] == "stepwell-secret"


def test_without_the_settings_scope_devices_are_missing(google, alice):
    google.routes["/token"] = Answer(body=token_body(scope=ACTIVITY))
    assert connect(alice).connection.missing_permissions == ["devices"]


def test_without_the_activity_scope_no_connection_is_made_and_the_grant_is_given_back(
    google, alice
):
    google.routes["/token"] = Answer(body=token_body(scope=SETTINGS))
    assert refused(alice) == "scope_missing"
    assert not Connection.objects.exists()
    assert PendingRevocation.objects.get().token == "1//refresh-1"


def test_a_silent_token_answer_means_the_scopes_of_the_redirect(google, alice):
    body = token_body()
    del body["scope"]
    google.routes["/token"] = Answer(body=body)
    done = come_back(begin(alice)["state"], scope=ACTIVITY)
    assert done.connection.granted_scopes == [ACTIVITY]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("access_denied", "access_denied"),
        ("temporarily_unavailable", "provider_unavailable"),
        ("invalid_scope", "app_misconfigured"),
        ("something_new", "oauth_failed"),
    ],
)
def test_an_error_in_the_redirect_is_named(google, alice, error, code):
    assert refused(alice, code="", error=error) == code
    assert google.asked == []


def test_a_redirect_without_a_code_is_refused(google, alice):
    assert refused(alice, code="") == "oauth_failed"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(400, {"error": "invalid_grant"}), "oauth_failed"),
        (Answer(401, {"error": "invalid_client"}), "app_misconfigured"),
        (Answer(400, {"error": "redirect_uri_mismatch"}), "app_misconfigured"),
        (Answer(503, b"busy"), "provider_unavailable"),
        (Answer(429, {"error": "slow_down"}), "provider_unavailable"),
        (Answer(200, b"<html>proxy</html>"), "provider_unavailable"),
        (Answer(410, b""), "provider_retired"),
    ],
)
def test_a_failing_exchange_is_named(google, alice, answer, code):
    google.routes["/token"] = answer
    assert refused(alice) == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            Answer(400, {"error": {"details": [{"reason": "ACCOUNT_NOT_LINKED"}]}}),
            "account_not_linked",
        ),
        (Answer(412, b""), "account_profile_missing"),
        (
            Answer(403, {"error": {"message": "UberMint from GaiaMint"}}),
            "reconsent_required_migration",
        ),
        (
            Answer(403, {"error": {"details": [{"reason": "SERVICE_DISABLED"}]}}),
            "app_misconfigured",
        ),
        (Answer(500, b""), "provider_unavailable"),
        (Answer(401, b""), "provider_unavailable"),
        (Answer(200, {"healthUserId": ""}), "provider_unavailable"),
    ],
)
def test_a_failing_identity_makes_no_connection(google, alice, answer, code):
    google.routes["/v4/users/me/identity"] = answer
    assert refused(alice) == code
    assert not Connection.objects.exists()
    assert not PendingRevocation.objects.exists()


def test_a_state_works_once(google, alice):
    state = begin(alice)["state"]
    come_back(state)
    with pytest.raises(ConnectRefused, match="invalid_state"):
        come_back(state)
    assert len(google.calls("/token")) == 1


@pytest.mark.parametrize("state", ["", "unknown", "\ud800"])
def test_an_unknown_state_is_refused(google, state):
    with pytest.raises(ConnectRefused, match="invalid_state"):
        come_back(state)


def test_a_state_expires(google, alice):
    assert refused(alice, now=NOON + timedelta(minutes=10)) == "invalid_state"


def test_a_state_of_another_provider_is_refused(google, alice):
    begin(alice)
    OAuthAttempt.objects.update(provider="other")
    with pytest.raises(ConnectRefused, match="invalid_state"):
        come_back("x")


def test_old_attempts_are_swept_away(google, alice):
    begin(alice)
    begin(alice, now=NOON + timedelta(days=2))
    assert OAuthAttempt.objects.count() == 1


def test_the_same_account_again_resumes_the_same_row(google, alice):
    first = connect(alice).connection
    connections.disconnect(connection=first, now=NOON)
    again = connect(alice, now=NOON + timedelta(hours=1))
    assert again.connection.pk == first.pk
    assert again.created is False
    assert again.connection.status == ConnectionStatus.ACTIVE
    assert again.connection.disconnected_at is None


def test_resuming_cancels_the_revocation_that_would_end_the_new_grant(google, alice):
    connections.disconnect(connection=connect(alice).connection, now=NOON)
    assert PendingRevocation.objects.count() == 1
    connect(alice)
    assert not PendingRevocation.objects.exists()


def test_a_walk_to_the_consent_page_holds_revocations_back(google, alice):
    connections.disconnect(connection=connect(alice).connection, now=NOON)
    begin(alice)
    assert connections.revoke_pending(now=NOON, limit=10) == 0
    assert google.calls("/revoke") == []


def test_another_account_on_reconnect_is_refused_and_given_back(google, alice):
    connection = connect(alice).connection
    google.routes["/v4/users/me/identity"] = Answer(body=identity_body("another", legacy="Z9Z9Z9"))
    google.routes["/token"] = Answer(body=token_body(2))
    assert refused(alice, connection) == "wrong_account"
    assert PendingRevocation.objects.get().token == "1//refresh-2"
    assert Credential.objects.get().refresh_token == "1//refresh-1"


def test_a_wrong_account_that_is_connected_elsewhere_is_not_revoked(google, alice, bob):
    connection = connect(alice).connection
    google.routes["/v4/users/me/identity"] = Answer(body=identity_body("bobs", legacy="B0B0B0"))
    connect(bob)
    assert refused(alice, connection) == "wrong_account"
    assert not PendingRevocation.objects.exists()


def test_an_account_of_somebody_else_is_refused_without_revoking_theirs(google, alice, bob):
    connect(alice)
    assert refused(bob) == "account_linked_elsewhere"
    assert not PendingRevocation.objects.exists()
    assert Connection.objects.get().person == alice


def test_an_account_that_somebody_else_has_left_is_free(google, alice, bob):
    connections.disconnect(connection=connect(alice).connection, now=NOON)
    assert connect(bob).created is True
    assert refused(alice) == "account_linked_elsewhere"


def test_a_legacy_connection_is_taken_over_into_the_new_id(google, alice):
    old = Connection.objects.create(
        person=alice,
        provider="fitbit",
        status=ConnectionStatus.NEEDS_RECONNECT,
        reason="reconsent_required_migration",
        account_id="A1B2C3",
        connected_at=NOON,
    )
    done = connect(alice, old)
    assert done.connection.pk == old.pk
    assert done.connection.account_id == "7700112233445566778"


def test_a_refresh_token_survives_a_grant_without_one(google, alice):
    connect(alice)
    google.routes["/token"] = Answer(body=token_body(2) | {"refresh_token": None})
    connect(alice)
    credential = Credential.objects.get()
    assert (credential.access_token, credential.refresh_token) == ("ya29.access-2", "1//refresh-1")


@pytest.mark.parametrize(
    ("status", "code"),
    [("retired", "provider_retired"), ("disabled", "provider_disabled_by_admin")],
)
def test_a_provider_that_is_not_offered_is_refused(google, settings, alice, status, code):
    settings.PROVIDERS["fitbit"]["status"] = status
    with pytest.raises(ConnectRefused, match=code):
        begin(alice)


def test_tokens_are_ciphertext_in_the_database(google, alice):
    from django.db import connection as database

    connect(alice)
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM integrations_credential")
        stored = cursor.fetchone()
    assert "ya29" not in stored[0]
    assert "1//" not in stored[1]
