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
    _send(_TASKS.get(trigger, _INTERACTIVE), run_id=str(run_id))


def _send(name: str, **kwargs: str) -> None:
    """Hand a task to its queue, which the settings' routes know."""
    try:
        current_app.send_task(name, kwargs=kwargs, retry=False)
    except (OperationalError, OSError):
        log.warning("no broker; it waits", extra={"action": "wake_lost", "task": name, **kwargs})


def revoke_soon() -> None:
    """Have the grants of disconnected accounts ended once the transaction is committed."""
    transaction.on_commit(partial(_send, "sync.tasks.revoke_pending"))


def make_export(*, export_id: uuid.UUID) -> None:
    """Have an export made; without a broker it waits for the next redispatch."""
    _send("sync.tasks.make_export", export_id=str(export_id))


def export_after_commit(*, export_id: uuid.UUID) -> None:
    """Have an export made once it is committed."""
    transaction.on_commit(partial(make_export, export_id=export_id))


def wake_after_commit(*, run_id: uuid.UUID, trigger: str) -> None:
    """Send the message once the run is committed."""
    transaction.on_commit(partial(wake, run_id=run_id, trigger=trigger))
