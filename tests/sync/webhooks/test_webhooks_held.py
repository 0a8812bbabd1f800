"""A notice waits without using up its attempts while its provider is not asked."""

from datetime import timedelta

import pytest

from integrations.errors import Held, OutOfBudget, Transient
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
