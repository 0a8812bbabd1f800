"""Amazon's stand-in and our endpoint, each on a socket: who gets in, and what is visited."""

from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest
import requests
from django.utils import timezone

from integrations.public_documents import forget_copies
from sync.models import WebhookNotice
from tests.contract.sandbox_thread import SandboxThread
from tests.factories import ConnectionFactory

TOPIC = "arn:aws:sns:us-east-1:111122223333:resource-example"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    thread = SandboxThread(tmp_path_factory.mktemp("hook"))
    yield thread
    thread.close()


@pytest.fixture
def sandbox(running, live_server, settings, monkeypatch):
    monkeypatch.setattr("sync.dispatch._send", lambda *args, **kwargs: None)
    forget_copies()
    running.control("POST", "reset")
    running.control("PUT", "rooms/misfit/hook", url=f"{live_server.url}/webhooks/misfit")
    settings.PROVIDERS = {
        "misfit": {
            "status": "available",
            "client_id": "c",
            "topic_arns": TOPIC,
            "sns_url": f"{running.url}/misfit/sns",
            "portal_url": f"{running.url}/misfit",
        }
    }
    return running


def statuses(sandbox, control, **body):
    sent = sandbox.control("POST", f"rooms/misfit/{control}", redeliver=False, **body)
    return sent["statuses"]


def confirmed(sandbox):
    return sandbox.control("GET", "rooms/misfit/confirmations")["tokens"]


@pytest.fixture
def anna(sandbox, alice):
    """Alice, connected by hand; returns her address."""
    sandbox.control("POST", "people", email=alice.email)
    url = f"people/{alice.email}/consent"
    token = sandbox.control("POST", url, room="misfit")["access_token"]
    profile = f"{sandbox.url}/misfit/move/resource/v1/user/me/profile"
    account = requests.get(profile, params={"access_token": token}, timeout=20).json()["userId"]
    ConnectionFactory(person=alice, provider="misfit", account_id=account)
    return alice.email


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("dates", ["iso", "spaced"])
def test_a_batch_becomes_a_notice_for_each_owner_we_know(sandbox, anna, version, dates):
    body = {
        "emails": [anna],
        "strangers": ["64ab00000000000000000009"],
        "types": ["goals", "devices", "horoscopes"],
    }
    assert statuses(sandbox, "notify", version=version, dates=dates, **body) == [200]
    assert WebhookNotice.objects.count() == 2


def test_a_replay_of_the_same_message_is_one(sandbox, anna):
    assert statuses(sandbox, "notify", emails=[anna], times=3) == [200, 200, 200]
    assert statuses(sandbox, "notify", emails=[anna], message_id="m-7") == [200]
    assert statuses(sandbox, "notify", emails=[anna], message_id="m-7") == [200]
    assert WebhookNotice.objects.count() == 2


@pytest.mark.parametrize(
    "how",
    [
        {"signature": "wrong"},
        {"signature": "missing"},
        {"topic": "arn:aws:sns:us-east-1:111122223333:another"},
        {"certificate_url": "http://127.0.0.1:9/a.pem"},
        {"version": "9"},
    ],
)
def test_what_is_not_proved_stays_outside(sandbox, anna, how):
    assert statuses(sandbox, "notify", emails=[anna], **how) == [403]
    assert not WebhookNotice.objects.exists()


def test_a_signed_confirmation_is_visited(sandbox):
    assert statuses(sandbox, "confirm") == [200]
    assert len(confirmed(sandbox)) == 1


def test_a_confirmation_elsewhere_is_not(sandbox):
    assert statuses(sandbox, "confirm", subscribe_url="http://127.0.0.1:9/x") == [403]
    assert confirmed(sandbox) == []


def test_the_portals_test_needs_an_open_window(sandbox, settings):
    assert statuses(sandbox, "confirm", portal=True) == [403]
    until = (timezone.now() + timedelta(minutes=30)).isoformat()
    settings.PROVIDERS["misfit"]["portal_test_until"] = until
    assert statuses(sandbox, "confirm", portal=True) == [200]
    assert len(confirmed(sandbox)) == 1
    settings.PROVIDERS["misfit"]["portal_test_until"] = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    assert statuses(sandbox, "confirm", portal=True) == [403]


def test_a_notice_that_was_not_taken_is_sent_again(sandbox, anna, settings):
    """As Amazon does; here at once instead of after fifteen seconds."""
    topics = settings.PROVIDERS["misfit"].pop("topic_arns")
    sandbox.control("PUT", "knobs?room=misfit", redeliver_after_seconds=2)
    sent = sandbox.control("POST", "rooms/misfit/notify", emails=[anna])
    settings.PROVIDERS["misfit"]["topic_arns"] = topics
    assert sent["statuses"] == [403]
    assert until(WebhookNotice.objects.exists)


def until(holds, seconds=20):
    end = monotonic() + seconds
    while monotonic() < end:
        if holds():
            return True
        sleep(0.05)
    return False
