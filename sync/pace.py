"""How soon a connection is asked again, by what is known of it."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from integrations import registry
from sync import quota_floor, schedule
from sync.schedule import Situation
from sync.work import OUR_OWN, Work


def next_due(work: Work, *, changed: bool, now: datetime) -> datetime | None:
    """Return the due time after a success; None for a provider that is not to be polled."""
    provider = work.connection.provider
    if not registry.get(provider).capabilities.polls:
        return None
    floor = quota_floor.floor_of(provider, now=now)
    wait = schedule.interval(_base(), _situation(work, changed, now), floor=floor)
    return schedule.next_poll(now, wait, random.random())  # noqa: S311 - jitter, no secret


def retry(provider: str, *, failures: int, now: datetime) -> datetime:
    """Return the due time after a failure for which the provider named none."""
    usual = max(_base(), quota_floor.floor_of(provider, now=now))
    chance = random.random()  # noqa: S311 - jitter, no secret
    return schedule.retry_after_failure(now, failures, usual, chance)


def _base() -> timedelta:
    return timedelta(seconds=settings.POLL_INTERVAL_SECONDS)


def _situation(work: Work, changed: bool, now: datetime) -> Situation:  # noqa: FBT001
    last = now if changed else work.connection.last_data_at
    times = work.schedule
    return Situation(
        playing=work.is_playing(now),
        hour=now.astimezone(work.connection.person.zone).hour,
        unchanged=now - last if last else None,
        device_silent=work.silence_of_tracker(now),
        webhooks=registry.get(work.connection.provider).capabilities.webhooks
        and schedule.webhooks_work(
            heard_at=times.last_webhook_at,
            missed_at=now if missed_webhook(work, changed=changed) else times.webhook_missed_at,
        ),
    )


def missed_webhook(work: Work, *, changed: bool) -> bool:
    """Whether we found by ourselves what a webhook should have told since the last reading."""
    heard_at, last = work.schedule.last_webhook_at, work.connection.last_synced_at
    found = changed and work.run.trigger in OUR_OWN
    return found and heard_at is not None and last is not None and heard_at < last
