"""What the queue may lose or repeat, the settings say; these relations keep it harmless."""

from types import SimpleNamespace

import pytest
import redis
from celery.signals import before_task_publish
from django.conf import settings
from kombu.transport import redis as kombu_redis

from config.celery import app
from devstack.stack import WORKERS
from integrations import oauth
from integrations.bounds import Limits
from integrations.budgets.meter import LONGEST_TALK
from sync.watch import queues

BEAT = settings.CELERY_BEAT_SCHEDULE


def test_a_message_leaves_the_queue_only_when_its_work_is_done():
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_connection_retry_on_startup
    assert conf.worker_soft_shutdown_timeout > 0


def test_no_work_is_handed_out_twice_because_it_takes_long():
    """Threads cannot be stopped: a talk ends itself before the broker believes its worker dead."""
    refreshes = 2 * oauth.LIMITS.total_seconds
    longest = LONGEST_TALK.total_seconds() + Limits().total_seconds + refreshes
    assert app.conf.broker_transport_options["visibility_timeout"] > longest


def test_nothing_but_json_is_taken_and_no_result_is_kept():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_ignore_result


@pytest.mark.parametrize("name", BEAT)
def test_what_beat_sends_exists_and_does_not_pile_up(name):
    entry = BEAT[name]
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
    if entry["schedule"] <= 600:
        assert entry["options"]["expires"] < entry["schedule"]


def test_every_queue_has_its_workers_in_the_stack():
    served = {command[command.index("-Q") + 1] for command in WORKERS.values()}
    assert served == set(queues.names())


def test_a_channel_that_outlived_its_connection_ends_in_a_reconnect():
    """Otherwise a busy worker exits when Redis restarts (Celery 5.7.0)."""
    orphan = SimpleNamespace(connection=SimpleNamespace(client=None))
    with pytest.raises(redis.exceptions.ConnectionError):
        kombu_redis.Channel._connparams(orphan)


def test_each_message_says_when_it_was_sent():
    headers = {}
    before_task_publish.send(sender="any", headers=headers)
    assert headers[queues.SENT_AT] > 1.7e9
