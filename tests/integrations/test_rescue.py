"""With refresh tokens of single use, no crash at any moment costs a person the grant."""

import threading
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError
from django.db import connection as database

from integrations import rescue
from integrations.connections import fresh_token
from integrations.errors import NeedsReconnect
from integrations.models import Credential
from integrations.oauth import Grant
from integrations.redis_door import door
from tests.factories import NOON, ConnectionFactory
from tests.integrations.stand_in import Answer

pytestmark = pytest.mark.django_db(transaction=True)


class SingleUse:
    """A token endpoint that takes each refresh token once and ends the grant of who repeats it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.living = set()
        self.asked = 0

    def __call__(self, request):
        with self.lock:
            self.asked += 1
            spent = request.form["refresh_token"]
            if spent not in self.living:
                return Answer(400, {"error": "invalid_grant"})
            self.living.remove(spent)
            self.living.add(f"{spent}+")
            body = {
                "access_token": f"access-{spent}+",
                "refresh_token": f"{spent}+",
                "expires_in": 3600,
                "token_type": "Bearer",
            }
            return Answer(body=body)


@pytest.fixture
def endpoint(google):
    endpoint = SingleUse()
    google.routes["/token"] = endpoint
    return endpoint


@pytest.fixture
def expired(endpoint):
    """Return a function that makes a connection whose access token has ended."""

    def make(name="r"):
        row = ConnectionFactory()
        Credential.objects.create(
            connection=row, access_token="old", refresh_token=name, expires_at=NOON
        )
        endpoint.living.add(name)
        return row.pk

    return make


@pytest.fixture
def crash_before_commit(monkeypatch):
    """Return a function that refreshes and dies between the answer and the commit."""

    def refresh(connection_id):
        def die(self, *args, **kwargs):
            raise OperationalError("the database is away")

        with monkeypatch.context() as patched:
            patched.setattr(Credential, "save", die)
            with pytest.raises(OperationalError):
                fresh_token(connection_id=connection_id, now=NOON)

    return refresh


def test_a_pair_whose_commit_never_came_is_taken_up(endpoint, expired, crash_before_commit):
    connection_id = expired()
    crash_before_commit(connection_id)
    assert Credential.objects.get().refresh_token == "r"
    assert fresh_token(connection_id=connection_id, now=NOON) == "access-r+"
    assert endpoint.asked == 1
    credential = Credential.objects.get()
    assert (credential.refresh_token, credential.expires_at > NOON) == ("r+", True)
    assert rescue.find(connection_id, traded="r") is None


def test_a_pair_found_late_is_refreshed_with_its_own_token(endpoint, expired, crash_before_commit):
    connection_id = expired()
    crash_before_commit(connection_id)
    later = NOON + timedelta(hours=5)
    assert fresh_token(connection_id=connection_id, now=later) == "access-r++"
    assert Credential.objects.get().refresh_token == "r++"


def test_it_survives_that_the_provider_is_down_when_it_is_found(
    google, endpoint, expired, crash_before_commit
):
    connection_id = expired()
    crash_before_commit(connection_id)
    later = NOON + timedelta(hours=5)
    google.routes["/token"] = Answer(503, b"")
    with pytest.raises(Exception, match="answered 503"):
        fresh_token(connection_id=connection_id, now=later)
    google.routes["/token"] = endpoint
    assert fresh_token(connection_id=connection_id, now=later) == "access-r++"


def test_without_the_second_copy_the_grant_would_be_lost(
    endpoint, expired, crash_before_commit, settings
):
    """What the copy is good for: this is what a provider does to a token that comes again."""
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    connection_id = expired()
    crash_before_commit(connection_id)
    with pytest.raises(NeedsReconnect):
        fresh_token(connection_id=connection_id, now=NOON)


def test_a_row_that_has_moved_on_takes_up_nothing(expired, crash_before_commit):
    connection_id = expired()
    crash_before_commit(connection_id)
    Credential.objects.update(access_token="newer", refresh_token="newer")
    assert rescue.find(connection_id, traded="newer") is None


def test_nothing_is_kept_in_the_clear_nor_longer_than_needed(expired, crash_before_commit):
    connection_id = expired("secret-token")
    crash_before_commit(connection_id)
    key = f"rescue:{connection_id}"
    kept = door().ask(lambda redis: redis.get(key))
    assert "secret" not in kept
    assert 0 < door().ask(lambda redis: redis.ttl(key)) <= rescue.KEEP_SECONDS
    fresh_token(connection_id=connection_id, now=NOON)
    assert door().ask(lambda redis: redis.get(key)) is None


def test_a_copy_that_no_key_opens_is_no_copy(expired, crash_before_commit, settings):
    connection_id = expired()
    crash_before_commit(connection_id)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert rescue.find(connection_id, traded="r") is None


def test_a_refresh_token_that_stays_the_same_needs_no_copy(expired):
    grant = Grant(
        access_token="a", refresh_token=None, expires_at=NOON, refresh_expires_at=None, scopes=None
    )
    assert not rescue.keep(expired(), grant, traded="r")


def test_many_accounts_at_once_each_ask_once_and_none_loses_its_grant(endpoint, expired):
    ids = [expired(f"r{number}") for number in range(8)] * 3
    gate, tokens = threading.Barrier(len(ids)), []

    def work(connection_id):
        gate.wait()
        try:
            tokens.append(fresh_token(connection_id=connection_id, now=NOON))
        finally:
            database.close()

    threads = [threading.Thread(target=work, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(tokens) == sorted(f"access-r{number}+" for number in range(8) for _ in range(3))
    assert endpoint.asked == 8
