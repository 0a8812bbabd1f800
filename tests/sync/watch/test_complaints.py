"""What an operator is told about queues, the backlog and Redis."""

from datetime import timedelta

import pytest
import redis
from celery import current_app
from django.utils import timezone

from sync.models import Schedule
from sync.watch import backlog, complaints, queues
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_broker(settings):
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.flushdb()
    yield broker
    broker.flushdb()


def keys(now=None):
    return {each.key for each in complaints.all_of_them(now=now or timezone.now())}


def test_a_healthy_house_has_nothing_to_complain_of():
    assert keys() == set()


def test_queues_tell_how_long_they_are_and_how_old_their_oldest_message_is():
    sent = timezone.now()
    for _ in range(3):
        current_app.send_task("sync.tasks.run_claimed", kwargs={"connection_id": "x"})
    found = {queue.name: queue for queue in queues.look(now=sent + timedelta(minutes=2)).queues}
    assert set(found) >= {"default", "interactive", "sync"}
    assert found["sync"].length == 3
    assert timedelta(minutes=1) < found["sync"].oldest <= timedelta(minutes=2)
    assert (found["interactive"].length, found["interactive"].oldest) == (0, None)


def test_a_queue_that_nobody_empties_is_complained_of():
    current_app.send_task("sync.tasks.run_now", kwargs={"run_id": "x"})
    assert keys() == set()
    assert keys(timezone.now() + timedelta(minutes=6)) == {"queue:interactive"}


def test_a_message_of_somebody_else_breaks_nothing(empty_broker):
    empty_broker.lpush("sync", b'{"headers": {}}')
    (queue,) = [each for each in queues.look(now=timezone.now()).queues if each.name == "sync"]
    assert (queue.length, queue.oldest) == (1, None)


@pytest.mark.parametrize(("minutes", "expected"), [(14, set()), (16, {"backlog"})])
def test_accounts_that_are_due_for_long_are_complained_of(alice, minutes, expected):
    now = timezone.now()
    row = ConnectionFactory(person=alice)
    Schedule.objects.create(connection=row, next_sync_at=now - timedelta(minutes=minutes))
    assert keys(now) == expected
    assert backlog.look(now=now) == backlog.Backlog(due=1, oldest=timedelta(minutes=minutes))


def test_what_is_being_worked_on_is_not_late(alice):
    now = timezone.now()
    Schedule.objects.create(
        connection=ConnectionFactory(person=alice),
        next_sync_at=now - timedelta(hours=1),
        lease_until=now + timedelta(minutes=1),
    )
    assert keys(now) == set()


def test_a_broken_subscription_is_complained_of(monkeypatch):
    def trouble_of(slug):
        return "not subscribed" if slug == "fitbit" else ""

    monkeypatch.setattr("sync.webhooks.subscriptions.trouble_of", trouble_of)
    (found,) = complaints.all_of_them(now=timezone.now())
    assert (found.key, found.detail) == ("subscription:fitbit", "not subscribed")


def test_a_redis_that_is_gone_is_named(settings):
    settings.REDIS_URL = settings.CACHE_URL = "redis://127.0.0.1:1/0"
    assert keys() == {"broker", "cache"}
