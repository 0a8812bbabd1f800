"""Messages are stored once per event, and go out once, where and when the person wants them."""

from datetime import time, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail

from notifications import sending, wishes
from notifications.kinds import Kind
from notifications.models import Delivery, Notification, PushAddress
from notifications.telling import News, tell
from tests.factories import NOON
from tests.notifications.gateway import Gateway
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def started(person, key="started:1", **fields):
    return News(
        person_id=person.pk,
        kind=fields.pop("kind", Kind.STARTED),
        key=key,
        facts={"challenge": "Autumn walk", "ends_on": "2026-11-30"},
        **fields,
    )


def test_an_event_is_told_once(alice, bob):
    assert tell([started(alice), started(bob)], now=NOON) == 2
    assert tell([started(alice), started(bob)], now=NOON) == 0
    assert Notification.objects.count() == 2
    assert Delivery.objects.count() == 2


def test_nobody_is_told_who_is_inactive_or_gone(alice):
    alice.is_active = False
    alice.save()
    gone = News(person_id=10**9, kind=Kind.STARTED, key="k")
    assert tell([started(alice), gone], now=NOON) == 0


def test_a_mail_goes_out_once_with_a_way_to_stop_it(alice):
    tell([started(alice)], now=NOON)
    assert sending.send_due(now=NOON, limit=10) == 1
    assert sending.send_due(now=NOON, limit=10) == 0
    (sent,) = mail.outbox
    assert sent.to == [alice.email]
    assert sent.subject == "Autumn walk has begun"
    assert "Monday, 30 November" in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_challenge_named_like_html_stays_text(alice):
    news = News(
        person_id=alice.pk, kind=Kind.STARTED, key="k", facts={"challenge": "<script>x</script>"}
    )
    tell([news], now=NOON)
    sending.send_due(now=NOON, limit=10)
    html = mail.outbox[0].alternatives[0][0]
    assert "<script>" not in html
    assert "<script>" in mail.outbox[0].body


def test_a_newline_in_a_name_does_not_break_the_subject(alice):
    news = News(
        person_id=alice.pk, kind=Kind.STARTED, key="k", facts={"challenge": "a\r\nBcc: x@y.z"}
    )
    tell([news], now=NOON)
    assert sending.send_due(now=NOON, limit=10) == 1
    assert "\n" not in mail.outbox[0].subject


def test_nothing_goes_out_in_quiet_hours(alice):
    night = NOON + timedelta(hours=11)  # midnight in Berlin
    tell([started(alice)], now=night)
    assert sending.send_due(now=night, limit=10) == 0
    assert sending.send_due(now=night + timedelta(hours=8), limit=10) == 1


def test_what_somebody_does_not_want_is_only_in_the_app(alice):
    wishes.change(person_id=alice.pk, choices={"started": []})
    tell([started(alice)], now=NOON)
    assert Notification.objects.count() == 1
    assert not Delivery.objects.exists()


def test_a_digest_is_one_mail_in_the_evening(alice):
    wishes.change(person_id=alice.pk, digest=True)
    tell([started(alice), started(alice, "started:2")], now=NOON)
    assert sending.send_due(now=NOON, limit=10) == 0
    evening = NOON + timedelta(hours=6)
    assert sending.send_due(now=evening, limit=1) == 2
    (sent,) = mail.outbox
    assert sent.subject == "2 things happened at your challenge"


def test_a_mail_server_that_is_down_is_tried_again_and_again(alice, monkeypatch):
    tell([started(alice)], now=NOON)

    def down(*args, **kwargs):
        raise ConnectionRefusedError

    moment = NOON
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMultiAlternatives.send", down)
        assert sending.send_due(now=moment, limit=10) == 0
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.due_at > NOON
    assert "ConnectionRefusedError" in row.trouble
    assert sending.send_due(now=row.due_at, limit=10) == 1
    assert len(mail.outbox) == 1


def test_a_refused_address_is_not_tried_again(alice, monkeypatch):
    tell([started(alice)], now=NOON)

    def refused(*args, **kwargs):
        raise SMTPRecipientsRefused({})

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refused)
    assert sending.send_due(now=NOON, limit=10) == 0
    assert Delivery.objects.get().state == "dropped"


def test_old_news_is_no_news(alice):
    tell([started(alice)], now=NOON)
    assert sending.send_due(now=NOON + timedelta(days=3), limit=10) == 0
    assert Delivery.objects.get().state == "dropped"


def test_whoever_died_while_sending_leaves_a_lease_that_ends(alice):
    tell([started(alice)], now=NOON)
    assert len(sending._claim(NOON, 10)) == 1
    assert sending.send_due(now=NOON + timedelta(minutes=1), limit=10) == 0
    assert sending.send_due(now=NOON + timedelta(minutes=6), limit=10) == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_take_the_same(alice, bob):
    tell([started(person, f"k{n}") for n in range(20) for person in (alice, bob)], now=NOON)

    assert sum(in_threads(8, lambda: sending.send_due(now=NOON, limit=7))) == 40
    assert len(mail.outbox) == 40


@pytest.fixture
def gateway(settings):
    with Gateway() as gateway:
        settings.PUSH_GATEWAY_URL = gateway.url
        settings.PUSH_GATEWAY_SECRET = "hush"
        settings.NOTIFICATION_BACKENDS = {
            **settings.NOTIFICATION_BACKENDS,
            "push": "notifications.backends.gateway.send",
        }
        yield gateway


def pushed(person):
    return started(person, kind=Kind.MILESTONE)


def test_a_push_is_signed_and_goes_to_every_device(alice, gateway):
    for address in ("one", "two"):
        wishes.add_device(person_id=alice.pk, platform="ios", address=address, now=NOON)
    tell([pushed(alice)], now=NOON)
    assert sending.send_due(now=NOON, limit=10) == 1
    assert sorted(each["address"] for each in gateway.bodies) == ["one", "two"]
    assert all(gateway.is_signed("hush"))


def test_without_a_device_no_push_is_planned(alice, gateway):
    tell([pushed(alice)], now=NOON)
    assert not Delivery.objects.exists()


def test_a_device_that_is_gone_is_forgotten(alice, gateway):
    wishes.add_device(person_id=alice.pk, platform="ios", address="old", now=NOON)
    gateway.status = 410
    tell([pushed(alice)], now=NOON)
    assert sending.send_due(now=NOON, limit=10) == 0
    assert not PushAddress.objects.exists()
    assert Delivery.objects.get().state == "dropped"


def test_a_gateway_in_trouble_is_tried_again(alice, gateway):
    wishes.add_device(person_id=alice.pk, platform="android", address="a", now=NOON)
    gateway.status = 503
    tell([pushed(alice)], now=NOON)
    assert sending.send_due(now=NOON, limit=10) == 0
    assert Delivery.objects.get().state == "waiting"


def test_a_device_belongs_to_whoever_signed_in_last(alice, bob):
    wishes.add_device(person_id=alice.pk, platform="ios", address="x", now=NOON)
    wishes.add_device(person_id=bob.pk, platform="ios", address="x", now=NOON)
    assert PushAddress.objects.get().person_id == bob.pk


def test_quiet_hours_can_be_changed_by_themselves(alice):
    wishes.change(person_id=alice.pk, quiet_from=time(20))
    row = wishes.change(person_id=alice.pk, quiet_to=time(7))
    assert (row.quiet_from, row.quiet_to) == (time(20), time(7))
