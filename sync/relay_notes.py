"""Writes down that a phone was heard and what came of its upload, without models."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from psycopg.types.json import Jsonb

from integrations.models import Installation
from sync.models import Run
from users import binary

_PHONE = """
    UPDATE integrations_installation SET
        external_id = %s, platform = %s, os_version = %s, app_version = %s, model = %s,
        status = %s, clock_skew_seconds = %s, last_seen_at = %s
    WHERE id = %s
"""
_CONNECTION = """
    UPDATE integrations_connection SET last_synced_at = %s, reason = %s,
        last_data_at = CASE WHEN %s THEN %s ELSE last_data_at END
    WHERE id = %s
"""
_RUN = """
    INSERT INTO sync_run (
        id, connection_id, trigger, state, cause, detail, days_changed, changed_days, attempt,
        requested_at, started_at, finished_at
    )
    VALUES (%s, %s, %s, %s, '', '', %s, %s, 0, %s, %s, %s)
"""


def write_phone(phone: Installation) -> None:
    """Store what the phone has told of itself; who it is and whether it is let in stay as is."""
    told = [phone.external_id, phone.platform, phone.os_version, phone.app_version, phone.model]
    state = [Jsonb(phone.status), phone.clock_skew_seconds, phone.last_seen_at]
    binary.run(_PHONE, [*told, *state, phone.pk])


def write_upload(
    *, connection_id: uuid.UUID, changed: Sequence[date], cause: str, now: datetime
) -> None:
    """Store that the connection was heard; an upload that moved days is remembered as a run."""
    binary.run(_CONNECTION, [now, cause, bool(changed), now, connection_id])
    if changed:
        days = Jsonb([day.isoformat() for day in changed])
        what = [Run.Trigger.UPLOAD.value, Run.State.DONE.value, len(changed), days]
        binary.run(_RUN, [uuid.uuid4(), connection_id, *what, now, now, now])
