"""A notice waits without using up its attempts while its provider is not asked."""

from datetime import timedelta

import pytest

from integrations.abilities import Notice, NoticeKind
from integrations.errors import Held, OutOfBudget, Transient
from steps.models import Day
from sync.models import WebhookNotice
from sync.webhooks import inbox, working
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(alice):
    return WebhookNotice.objects.create(
        connection=ConnectionFactory(person=alice),
        kind="collect",
        digest="d" * 64,
        keyed=True,
        payload=b"{}",
        received_at=NOON,
        due_at=NOON,
    )


def handle(notice, failure, monkeypatch):
    def fail(*_args, **_more):
        raise failure

    monkeypatch.setitem(working._WORK, "collect", fail)
    (claimed,) = inbox.claim(now=NOON, limit=5)
    working.handle(notice_id=notice.pk, attempt=claimed.attempts, clock=lambda: NOON)
    notice.refresh_from_db()
    return notice.state, notice.attempts


@pytest.mark.parametrize(
    "failure",
    [
        Held("everybody rests", retry_at=NOON + timedelta(minutes=9)),
        OutOfBudget("spent", retry_at=NOON + timedelta(minutes=9)),
    ],
)
def test_what_was_not_asked_is_no_attempt(notice, monkeypatch, failure):
    assert handle(notice, failure, monkeypatch) == ("waiting", 0)
    assert notice.due_at == NOON + timedelta(minutes=9)


def test_what_was_asked_in_vain_is_one(notice, monkeypatch):
    assert handle(notice, Transient("503"), monkeypatch) == ("waiting", 1)


def test_delivered_readings_wait_until_the_operator_lets_them_count(alice, settings):
    """They come unasked and only once, so they are kept and not thrown away."""
    connection = ConnectionFactory(person=alice, provider="garmin", account_id="u-1")
    daily = {"userId": "u-1", "calendarDate": "2026-11-19", "durationInSeconds": 9, "steps": 700}
    said = Notice(
        account_id="u-1",
        kind=NoticeKind.DELIVERED,
        payload={"userId": "u-1", "dailies": [daily]},
    )
    switched_on = {"client_id": "c", "client_secret": "s", "webhook_path": "p"}
    settings.PROVIDERS = {"garmin": switched_on | {"status": "disabled"}}
    inbox.store(provider="garmin", notices=[said], now=NOON)
    notice = WebhookNotice.objects.get(connection=connection)

    later = work(notice, NOON + inbox.GATHERING)
    assert (notice.state, notice.attempts, steps_on(alice)) == ("waiting", 0, None)
    settings.PROVIDERS = {"garmin": switched_on}
    work(notice, later)
    assert (notice.state, notice.reason, steps_on(alice)) == ("done", "", 700)


def work(notice, now):
    (claimed,) = inbox.claim(now=now, limit=5)
    working.handle(notice_id=notice.pk, attempt=claimed.attempts, clock=lambda: now)
    notice.refresh_from_db()
    return notice.due_at


def steps_on(person):
    return (
        Day.objects.filter(person=person, date="2026-11-19").values_list("steps", flat=True).first()
    )
