"""Whose access token it is: one trip where all is in order, and nobody let in where it is not."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.test import APIClient

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/_allauth/app/v1/auth/login"
SESSION = "/_allauth/app/v1/auth/session"


@pytest.fixture
def token(alice):
    answer = APIClient().post(LOGIN, {"email": alice.email, "password": PASSWORD}, format="json")
    return answer.json()["meta"]["access_token"]


def status(token):
    return APIClient().get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code


def test_a_token_in_order_takes_one_trip(token, trips):
    trips.clear()
    assert status(token) == 200
    about_it = [trip for trip in trips if "django_session" in " ".join(trip)]
    assert [len(trip) for trip in about_it] == [1]
    assert not [trip for trip in trips if 'FROM "users_user"' in " ".join(trip)]


def test_signing_out_ends_it(token, alice):
    client = APIClient(headers={"authorization": f"Bearer {token}"})
    client.delete(SESSION, headers={"x-session-token": Session.objects.get().session_key})
    assert status(token) == 401


@pytest.mark.parametrize("change", ["password", "inactive", "over", "another"])
def test_what_is_not_in_order_lets_nobody_in(token, alice, bob, change):
    session = Session.objects.get()
    if change == "password":
        alice.set_password("another long secret")
        alice.save()
    elif change == "inactive":
        alice.is_active = False
        alice.save()
    elif change == "over":
        session.expire_date = timezone.now() - timedelta(seconds=1)
        session.save()
    else:
        store = session.get_session_store_class()(session.session_key)
        store["_auth_user_id"] = str(bob.pk)
        store.save()
    assert status(token) == 401


@pytest.mark.parametrize(("known", "expected"), [([], 401), (["the former secret"], 200)])
def test_a_secret_that_was_replaced_signs_in_while_it_is_known(
    token, settings, alice, known, expected
):
    settings.SECRET_KEY_FALLBACKS = known
    session = Session.objects.get()
    store = session.get_session_store_class()(session.session_key)
    store["_auth_user_hash"] = alice._get_session_auth_hash(secret="the former secret")
    store.save()
    assert status(token) == expected
