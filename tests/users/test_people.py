"""People sign in, see and change themselves; nobody signs up alone; refresh tokens rotate."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.factories import NOON, PASSWORD, UserFactory
from users.api import MeSerializer
from users.models import User, validate_zone

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=PASSWORD):
    return client.post(
        "/_allauth/app/v1/auth/login",
        {"email": email, "password": password},
        content_type="application/json",
    )


def test_me_shows_and_changes_what_is_ones_own(api, alice):
    client = api(alice)
    body = client.get("/api/v1/me").json()
    assert body["organization"]["name"] == "Acme"
    assert (body["email"], body["role"]) == ("alice@acme.example", "participant")
    changed = client.patch(
        "/api/v1/me",
        {
            "timezone": "Asia/Tokyo",
            "leaderboard_visibility": "alias",
            "leaderboard_name": "Ace",
            "role": "hr_manager",
            "email": "other@acme.example",
        },
        format="json",
    ).json()
    assert (changed["timezone"], changed["leaderboard_name"]) == ("Asia/Tokyo", "Ace")
    assert (changed["role"], changed["email"]) == ("participant", "alice@acme.example")
    assert User.objects.get(pk=alice.pk).board_name == "Ace"


def test_a_change_of_oneself_undoes_nothing_that_others_changed_meanwhile(alice):
    told = {"display_name": "Alice B", "timezone": "Asia/Tokyo"}
    change = MeSerializer(alice, data=told, partial=True, context={"now": NOON})
    assert change.is_valid()
    User.objects.filter(pk=alice.pk).update(role="hr_viewer", timezone="Europe/Berlin")
    change.save()
    kept = User.objects.get(pk=alice.pk)
    assert (kept.display_name, kept.role, kept.timezone) == ("Alice B", "hr_viewer", "Asia/Tokyo")
    assert [zone for _, zone in kept.zone_moves] == ["Europe/Berlin"]


def test_an_access_token_is_refreshed_and_the_old_refresh_token_is_spent(client, alice):
    meta = sign_in(client, alice.email).json()["meta"]
    refresh = {"refresh_token": meta["refresh_token"]}
    url = "/_allauth/app/v1/tokens/refresh"
    renewed = client.post(url, refresh, content_type="application/json").json()["data"]
    headers = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    assert client.post(url, refresh, content_type="application/json").status_code == 400


def test_signing_out_ends_the_access_token_at_once(client, alice):
    meta = sign_in(client, alice.email).json()["meta"]
    headers = {"Authorization": f"Bearer {meta['access_token']}"}
    client.delete(
        "/_allauth/app/v1/auth/session", headers={"X-Session-Token": meta["session_token"]}
    )
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_guessing_passwords_is_slowed_down(client, alice):
    def code(answer):
        return answer.json()["errors"][0]["code"]

    answers = [sign_in(client, alice.email, f"wrong-{n}") for n in range(8)]
    assert code(answers[0]) == "email_password_mismatch"
    assert code(answers[-1]) == "too_many_login_attempts"
    assert code(sign_in(client, alice.email)) == "too_many_login_attempts"


def test_nobody_signs_up_alone(client):
    answer = client.post(
        "/_allauth/app/v1/auth/signup",
        {"email": "new@acme.example", "password": PASSWORD},
        content_type="application/json",
    )
    assert answer.status_code in {403, 404}
    assert not User.objects.filter(email="new@acme.example").exists()


def test_an_email_belongs_to_one_person_whatever_its_case(alice):
    with pytest.raises(IntegrityError):
        UserFactory(email="ALICE@acme.example")


@pytest.mark.parametrize("name", ["Berlin", "localtime", "Factory", "posixrules", ""])
def test_only_iana_zones_are_zones(name):
    validate_zone("Europe/Berlin")
    with pytest.raises(ValidationError):
        validate_zone(name)


def test_too_many_calls_are_answered_with_retry_after(api, alice, monkeypatch):
    monkeypatch.setattr("users.throttling.PersonThrottle.THROTTLE_RATES", {"person": "2/min"})
    client = api(alice)
    answers = [client.get("/api/v1/me") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert int(answers[-1].headers["Retry-After"]) > 0
