"""Celery's ways in: the clock, one call each."""

from celery import shared_task
from django.utils import timezone

from notifications import retention, sending
from notifications.watch import overtaken, phases, progress, silence, summaries

SEND_AT_ONCE = 100


@shared_task
def watch_progress(**_: object) -> int:
    """Badges and milestones."""
    return progress.watch(now=timezone.now())


@shared_task
def watch_challenges(**_: object) -> int:
    """Beginnings, endings, results and the morning's summaries."""
    now = timezone.now()
    return phases.watch(now=now) + summaries.watch(now=now)


@shared_task
def watch_people(**_: object) -> int:
    """Who was overtaken, who has fallen silent."""
    now = timezone.now()
    return overtaken.watch(now=now) + silence.watch(now=now)


@shared_task
def send_due(**_: object) -> int:
    """Hand over what is due, batch by batch."""
    sent = 0
    while batch := sending.send_due(now=timezone.now(), limit=SEND_AT_ONCE):
        sent += batch
    return sent


@shared_task
def forget_old_messages(**_: object) -> int:
    """Drop messages whose time is over."""
    return retention.drop_old(now=timezone.now())
