"""Writes the end of a good run: the run, its connection and the next due time at one go."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from sync.models import Run
from users import binary


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a run brought besides steps.

    ``asked_at`` is when the provider was asked: whatever pulled the due time forward since then
    (``Schedule.pulled_at``) has to be followed once more. ``due`` None means: not to be polled.
    """

    asked_at: datetime
    changed: bool
    timezone: str | None
    devices: bool
    webhook_missed: bool
    due: datetime | None


_CLOSE = """
    WITH run AS (
        UPDATE sync_run SET state = 'done', cause = '', detail = %s, finished_at = %s,
               window_from = %s, window_to = %s, days_changed = %s, changed_days = %s::jsonb
        WHERE id = %s
    ), connection AS (
        UPDATE integrations_connection SET last_synced_at = %s, reason = '',
               last_data_at = coalesce(%s, last_data_at),
               provider_timezone = coalesce(%s, provider_timezone)
        WHERE id = %s
    )
    UPDATE sync_schedule SET
        next_sync_at = CASE WHEN pulled_at > %s THEN %s::timestamptz ELSE %s END,
        pulled_by = CASE WHEN pulled_at > %s THEN pulled_by ELSE '' END,
        lease_until = NULL, failures = 0,
        webhook_missed_at = coalesce(%s, webhook_missed_at),
        devices_asked_at = coalesce(%s, devices_asked_at),
        zone_asked_at = coalesce(%s, zone_asked_at)
    WHERE connection_id = %s
"""


def close(run: Run, learnt: Learnt) -> None:
    """Write it (in the caller's transaction, which holds the run and its connection)."""
    now, asked_at = run.finished_at, learnt.asked_at
    timezone = learnt.timezone[:64] if learnt.timezone else None
    days = msgspec.json.encode(run.changed_days).decode()
    window = [run.window_from, run.window_to]
    told = [run.detail, now, *window, run.days_changed, days, run.pk]
    known = [now, now if learnt.changed else None, timezone, run.connection_id]
    due = [asked_at, now if learnt.due else None, learnt.due, asked_at]
    asked = [
        now if learnt.webhook_missed else None,
        asked_at if learnt.devices else None,
        asked_at if learnt.timezone else None,
    ]
    binary.run(_CLOSE, [*told, *known, *due, *asked, run.connection_id])
