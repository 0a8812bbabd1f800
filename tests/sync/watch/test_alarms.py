"""Alarms open once, are mailed once and close by themselves."""

from datetime import timedelta

import pytest
from django.core import mail as mailbox

from sync.watch import alarms
from sync.watch.alarms import Complaint
from sync.watch.models import Alarm
from tests.factories import NOON

pytestmark = pytest.mark.django_db

FIRE = Complaint(key="fire", title="It burns", detail="in the kitchen", remedy="Put it out.")
FLOOD = Complaint(key="flood", title="It is wet", remedy="Turn it off.")


@pytest.fixture(autouse=True)
def operators(settings):
    settings.OPERATOR_EMAILS = ["ops@stepwell.example"]


def later(minutes):
    return NOON + timedelta(minutes=minutes)


def round_of(*complaints, minutes=0):
    opened = alarms.settle(complaints, now=later(minutes))
    alarms.mail(now=later(minutes))
    return [alarm.key for alarm in opened]


def test_what_lasts_is_one_alarm_that_counts():
    assert round_of(FIRE) == ["fire"]
    assert round_of(FIRE, minutes=1) == []
    alarm = Alarm.objects.get()
    assert (alarm.count, alarm.opened_at, alarm.last_seen_at) == (2, NOON, later(1))
    assert (alarm.title, alarm.detail, alarm.remedy) == (
        "It burns",
        "in the kitchen",
        "Put it out.",
    )


def test_it_closes_when_nobody_complains_any_more():
    round_of(FIRE, FLOOD)
    round_of(FLOOD, minutes=1)
    assert [alarm.key for alarm in alarms.open_alarms()] == ["flood"]
    assert Alarm.objects.get(key="fire").closed_at == later(1)
    assert [alarm.key for alarm in alarms.recent(limit=5)] == ["fire"]


def test_what_comes_back_is_another_episode():
    round_of(FIRE)
    round_of(minutes=1)
    assert round_of(FIRE, minutes=2) == ["fire"]
    assert Alarm.objects.filter(key="fire").count() == 2


def test_operators_are_mailed_once_with_what_to_do():
    round_of(FIRE, FLOOD)
    round_of(FIRE, FLOOD, minutes=1)
    (message,) = mailbox.outbox
    assert message.to == ["ops@stepwell.example"]
    assert message.subject == "[Stepwell] It burns and 1 more"
    assert "What to do: Put it out." in message.body


def test_what_comes_and_goes_fills_no_mailbox():
    round_of(FIRE)
    for minute in range(1, 21, 2):
        round_of(minutes=minute)
        round_of(FIRE, minutes=minute + 1)
    assert len(mailbox.outbox) == 1
    round_of(minutes=90)
    round_of(FIRE, minutes=100)
    assert len(mailbox.outbox) == 2


def test_a_mail_that_could_not_be_sent_is_sent_later(monkeypatch):
    def broken(self):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", broken)
        round_of(FIRE)
    assert Alarm.objects.get().mailed_at is None
    round_of(FIRE, minutes=1)
    assert len(mailbox.outbox) == 1


def test_nobody_is_mailed_where_nobody_is_named(settings):
    settings.OPERATOR_EMAILS = []
    round_of(FIRE)
    assert mailbox.outbox == []
    assert alarms.open_alarms().count() == 1


def test_old_alarms_are_forgotten_and_open_ones_are_not():
    round_of(FIRE)
    round_of(FLOOD, minutes=1)
    alarms.drop_old(now=NOON + timedelta(days=100))
    assert [alarm.key for alarm in Alarm.objects.all()] == ["flood"]
