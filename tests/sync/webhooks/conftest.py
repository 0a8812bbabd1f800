"""Google's webhooks posted to a real endpoint, with keys of our own behind the keyset's address."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import public_documents
from sync.models import Schedule
from tests.factories import ConnectionFactory
from tests.google_signing import ACCOUNT, SECRET, SigningKey, keyset


@pytest.fixture(scope="session")
def key():
    return SigningKey()


@pytest.fixture
def google(settings, monkeypatch, key):
    """A deployment that hears Fitbit, and the keyset where Google publishes it."""
    settings.PROVIDERS = {"fitbit": {"client_id": "c", "webhook_secret": SECRET}}
    public_documents.forget_copies()
    monkeypatch.setattr(public_documents, "download", lambda url, *, now: keyset(key))


@pytest.fixture
def messages(monkeypatch):
    """What would have been handed to the workers, as (task, arguments)."""
    sent = []
    monkeypatch.setattr(
        "sync.dispatch.current_app.send_task",
        lambda name, kwargs, **_: sent.append((name.rpartition(".")[2], kwargs)),
    )
    return sent


@pytest.fixture
def connection(alice):
    """Alice's Fitbit, polled in a quarter of an hour."""
    row = ConnectionFactory(person=alice, account_id=ACCOUNT)
    due = timezone.now() + timedelta(minutes=15)
    Schedule.objects.create(connection=row, next_sync_at=due)
    return row


@pytest.fixture
def post(client, google, messages, key):
    """Return a function that posts a body as Google would; every part of that can be changed."""

    def send(body, *, secret=SECRET, path="/webhooks/fitbit", method="post", **headers):
        told = {"HTTP_GOOGLE_HEALTH_API_SIGNATURE": key.sign(body), **headers}
        if secret is not None:
            told["HTTP_AUTHORIZATION"] = secret
        told = {name: value for name, value in told.items() if value is not None}
        kind = told.pop("content_type", "application/json")
        return client.generic(method.upper(), path, body, kind, **told)

    return send
