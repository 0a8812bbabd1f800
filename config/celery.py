"""The Celery application and the guard that keeps a worker alive through a broker restart."""

import os
import time
from typing import Any

import redis
from celery import Celery
from celery.signals import before_task_publish, worker_ready
from kombu.transport import redis as kombu_redis

from sync.watch.queues import SENT_AT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("stepwell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["sync.webhooks", "sync.watch"])

_Channel: Any = kombu_redis.Channel
_connparams = _Channel._connparams  # noqa: SLF001 - the guard wraps this very method


def _connparams_of_open_connection(
    self: Any,
    asynchronous: bool = False,  # noqa: FBT001, FBT002 - kombu's signature
) -> Any:
    """Turn the crash of a channel that outlived its connection into an ordinary reconnect.

    Celery 5.7.0 workers exit with an AttributeError when Redis restarts while a task runs and a
    slot is free; as a ConnectionError the consumer loop reconnects instead.
    """
    if getattr(self.connection, "client", None) is None:
        raise redis.exceptions.ConnectionError("channel of a closed connection")
    return _connparams(self, asynchronous)


_Channel._connparams = _connparams_of_open_connection  # noqa: SLF001


@before_task_publish.connect
def mark_sent(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Write on each message when it was sent, so that the age of a queue can be told."""
    if headers is not None:
        headers[SENT_AT] = time.time()


@worker_ready.connect
def mark_alive(**_: Any) -> None:
    """Let /readyz know of a worker as soon as it is up, not only at beat's next heartbeat."""
    app.tasks["sync.tasks.heartbeat"].apply()
