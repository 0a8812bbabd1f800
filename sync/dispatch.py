"""Wakes a worker for a run. The message is only a hint: the tables know what is open."""

import logging
import uuid
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from sync.models import Run

log = logging.getLogger(__name__)
_TASKS = {Run.Trigger.POLL.value: "sync.tasks.run_claimed"}
_INTERACTIVE = "sync.tasks.run_now"


def wake(*, run_id: uuid.UUID, trigger: str) -> None:
    """Send the message now; without a broker the row waits for the next redispatch."""
    name = _TASKS.get(trigger, _INTERACTIVE)
    try:
        current_app.send_task(
            name,
            kwargs={"run_id": str(run_id)},
            queue="sync" if name != _INTERACTIVE else "interactive",
            retry=False,
        )
    except (OperationalError, ConnectionError, OSError):
        log.warning("no broker; the run waits", extra={"action": "wake_lost", "run": run_id})


def wake_after_commit(*, run_id: uuid.UUID, trigger: str) -> None:
    """Send the message once the run is committed."""
    transaction.on_commit(partial(wake, run_id=run_id, trigger=trigger))
