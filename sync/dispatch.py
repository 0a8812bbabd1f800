"""Wakes a worker for a run. The message is only a hint: the tables know what is open."""

import logging
import uuid
from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from sync.models import Run

log = logging.getLogger(__name__)
_BACKGROUND = "sync.tasks.run_claimed"
_TASKS = dict.fromkeys([Run.Trigger.POLL, Run.Trigger.SWEEP, Run.Trigger.WEBHOOK], _BACKGROUND)
_INTERACTIVE = "sync.tasks.run_now"


def wake(*, run_id: uuid.UUID, trigger: str) -> None:
    """Send the message now; without a broker the row waits for the next redispatch."""
    _send(_TASKS.get(Run.Trigger(trigger), _INTERACTIVE), run_id=str(run_id))


def poll(*, connection_ids: Sequence[uuid.UUID]) -> None:
    """Have claimed connections polled; without a broker their leases end and they come up again."""
    _send("sync.tasks.poll_some", connection_ids=[str(each) for each in connection_ids])


def wake_inbox(*, seconds: float) -> None:
    """Have the inbox of webhooks worked through in a moment; without a broker beat sees to it."""
    _send("sync.webhooks.tasks.work_through", countdown=seconds)


def wake_notice(*, notice_id: int, attempt: int) -> None:
    """Have a claimed notice carried out; without a broker its claim ends and it comes up again."""
    _send("sync.webhooks.tasks.handle", notice_id=str(notice_id), attempt=str(attempt))


def _send(name: str, countdown: float | None = None, **kwargs: str | list[str]) -> None:
    """Hand a task to its queue, which the settings' routes know, in so many seconds."""
    try:
        current_app.send_task(name, kwargs=kwargs, countdown=countdown, retry=False)
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
