"""Moves due times: forward when somebody has a reason, back from where a wrong clock put them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from integrations import registry
from integrations.statuses import LONGEST_WAIT
from sync import quota_floor
from sync.models import Run
from sync.schedule import JITTER, LONGEST_INTERVAL
from users import binary

SLACK = timedelta(hours=1)
MEND_WITHIN = timedelta(minutes=30)
MEND_BATCH = 5000

_SWEEP = """
    WITH wanted AS (
        SELECT schedule.connection_id FROM sync_schedule schedule
        JOIN integrations_connection connection ON connection.id = schedule.connection_id
        WHERE connection.person_id = ANY(%s) AND schedule.next_sync_at IS NOT NULL
        ORDER BY schedule.connection_id
        FOR NO KEY UPDATE OF schedule
    )
    UPDATE sync_schedule schedule SET
        next_sync_at = CASE WHEN failures = 0
            THEN least(next_sync_at, %s::timestamptz + random() * %s::interval)
            ELSE next_sync_at END,
        pulled_by = %s, pulled_at = %s
    FROM wanted WHERE schedule.connection_id = wanted.connection_id
    RETURNING 1
"""


def sweep(*, person_ids: Sequence[int], within: timedelta, now: datetime) -> int:
    """Let every connection of these people be read in full ``within`` a time; returns how many.

    Each gets a moment of its own, by chance; what is due earlier stays so. A connection that waits
    after a failure keeps its time, which may be the provider's own word.
    """
    trigger = Run.Trigger.SWEEP.value
    return len(binary.rows(_SWEEP, [list(person_ids), now, within, trigger, now]))


_MEND = """
    WITH wrong AS (
        SELECT connection_id FROM sync_schedule WHERE next_sync_at > %s
        LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE sync_schedule schedule SET next_sync_at = %s::timestamptz + random() * %s::interval
    FROM wrong WHERE schedule.connection_id = wrong.connection_id
    RETURNING 1
"""


def mend(*, now: datetime) -> int:
    """Spread due times that lie farther ahead than any that is given over the next half hour.

    They were set by a clock that went wrong and was put right since. Returns how many there were.
    """
    return len(binary.rows(_MEND, [now + _farthest(now), MEND_BATCH, now, MEND_WITHIN]))


def _farthest(now: datetime) -> timedelta:
    """No success and no failure sets a due time farther ahead, whatever a provider answers."""
    base = timedelta(seconds=settings.POLL_INTERVAL_SECONDS)
    floors = (quota_floor.floor_of(each.slug, now=now) for each in registry.all_providers())
    longest = max(base, LONGEST_INTERVAL, *floors)
    return max(longest * (1 + JITTER), LONGEST_WAIT) + SLACK
