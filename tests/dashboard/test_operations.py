"""The operations pages: only operators find them, and what they order happens."""

from datetime import timedelta

import pytest
import redis
from django.urls import reverse
from django.utils import timezone

from dashboard.operations.urls import urlpatterns
from integrations.models import Breaker, Connection
from sync.models import Export, Schedule
from sync.watch.models import Alarm
from tests.factories import ConnectionFactory, UserFactory
from users.models import Role

pytestmark = pytest.mark.django_db

ARGUMENTS = {
    "now": [],
    "parts": [],
    "replay-all": ["export"],
    "replay": ["export", "00000000-0000-4000-8000-000000000000"],
    "order": ["fitbit", "ask"],
}
ROUTES = [route.name for route in urlpatterns]
READING = {"now", "parts"}


@pytest.fixture(autouse=True)
def empty_broker(settings):
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def operator(client, acme):
    person = UserFactory(organization=acme, is_staff=True, display_name="Olga Operator")
    client.force_login(person)
    return client


def ask(client, name, *arguments, **headers):
    address = reverse(f"operations:{name}", args=arguments or ARGUMENTS[name])
    send = client.get if name in READING else client.post
    return send(address, headers=headers)


@pytest.mark.parametrize("name", ROUTES)
def test_a_stranger_is_sent_to_sign_in(client, name):
    answer = ask(client, name)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/operations/")
    answer = ask(client, name, **{"HX-Request": "true"})
    assert (answer.status_code, "HX-Redirect" in answer) == (401, True)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", ROUTES)
def test_to_everybody_else_there_are_no_such_pages(client, alice, name, role):
    Breaker.objects.create(provider="fitbit", state="open", kind="outage", detail="Secret detail")
    alice.role = role
    alice.save()
    client.force_login(alice)
    answer = ask(client, name, **{"HX-Request": "true"})
    assert answer.status_code == 404
    assert b"Secret detail" not in answer.content
    assert Breaker.objects.get().state == "open"


def test_hr_does_not_even_see_a_link(client, hr):
    client.force_login(hr)
    assert b"/operations/" not in client.get("/dashboard/").content


def test_an_operator_is_no_hr(operator):
    assert operator.get("/dashboard/").status_code == 403
    assert b'href="/dashboard/people/"' not in ask(operator, "now").content


def test_orders_are_posted(operator):
    for name in set(ROUTES) - READING:
        address = reverse(f"operations:{name}", args=ARGUMENTS[name])
        assert operator.get(address).status_code == 405


def test_a_house_that_does_well(operator):
    page = ask(operator, "now").content.decode()
    assert "There is nothing to do." in page
    assert "Nothing has failed for good." in page
    assert "Fitbit" in page
    assert "120,000 of 120,000 in 60 s" in page


def test_trouble_is_shown_with_what_to_do_and_no_names(operator, alice):
    now = timezone.now()
    Breaker.objects.create(
        provider="fitbit",
        state="open",
        kind="revocation",
        detail="invalid_grant",
        opened_at=now - timedelta(minutes=5),
        retry_at=now + timedelta(minutes=1),
    )
    Alarm.objects.create(
        key="mass_revocation:fitbit",
        title="It refuses",
        detail="<b>bold</b>",
        remedy="Look there.",
        opened_at=now,
        last_seen_at=now,
    )
    ConnectionFactory(person=alice)
    Export.objects.create(person=alice, state="failed", created_at=now, finished_at=now)
    page = ask(operator, "parts", **{"HX-Request": "true"}).content.decode()
    for text in ("It refuses", "Look there.", "Refuses all consents", "Believe it", "1 active"):
        assert text in page
    assert "&lt;b&gt;bold" in page
    assert alice.display_name not in page
    assert alice.email not in page


def test_without_redis_the_page_says_so(operator, settings):
    settings.REDIS_URL = settings.CACHE_URL = "redis://127.0.0.1:1/0"
    page = ask(operator, "now").content.decode()
    assert "The broker cannot be reached." in page
    assert "unknown without Redis" in page


def test_a_dead_letter_is_replayed(operator, alice, monkeypatch):
    sent = []
    monkeypatch.setattr("sync.dispatch._send", lambda name, *_, **more: sent.append(name))
    now = timezone.now()
    rows = [
        Export.objects.create(person=person, state="failed", created_at=now, finished_at=now)
        for person in (alice, UserFactory())
    ]
    answer = operator.post(
        reverse("operations:replay", args=["export", rows[0].pk]), follow=True
    ).content.decode()
    assert "It is tried again now." in answer
    assert Export.objects.filter(state="running").count() == 1
    answer = operator.post(reverse("operations:replay-all", args=["export"]), follow=True)
    assert "1 tried again now." in answer.content.decode()
    assert sent == ["sync.tasks.make_export"] * 2


def test_what_is_gone_cannot_be_replayed(operator):
    address = reverse("operations:replay", args=ARGUMENTS["replay"])
    assert "no dead letter any more" in operator.post(address, follow=True).content.decode()
    assert ask(operator, "replay-all", "nonsense").status_code == 404


def test_an_operator_has_a_provider_asked_again(operator):
    Breaker.objects.create(provider="fitbit", state="open", kind="outage")
    page = operator.post(reverse("operations:order", args=["fitbit", "ask"]), follow=True)
    assert "Fitbit is asked again from now on." in page.content.decode()
    assert Breaker.objects.get().state == "closed"


def test_an_operator_believes_a_storm(operator):
    Breaker.objects.create(provider="fitbit", state="open", kind="revocation")
    ask(operator, "order", "fitbit", "believe")
    row = Breaker.objects.get()
    assert (row.state, row.believed_until > timezone.now()) == ("closed", True)


def test_an_operator_brings_everybody_back(operator, alice):
    Breaker.objects.create(provider="fitbit", state="open", kind="gone")
    row = ConnectionFactory(person=alice, status="retired", reason="provider_retired")
    Schedule.objects.create(connection=row, next_sync_at=None)
    ask(operator, "order", "fitbit", "bring-back")
    assert Connection.objects.get().status == "active"
    assert Schedule.objects.get().next_sync_at is not None


@pytest.mark.parametrize("arguments", [("fitbit", "nonsense"), ("nobody", "ask")])
def test_an_order_that_makes_no_sense_is_not_found(operator, arguments):
    assert ask(operator, "order", *arguments).status_code == 404
