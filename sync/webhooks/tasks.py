"""Celery's ways into the inbox: the clock, one call each."""

from celery import shared_task
from django.utils import timezone

from sync.webhooks import subscriptions, working

BATCH = 200


@shared_task
def work_through(**_: object) -> int:
    """Work on everything that is due, batch by batch; returns how many notices that were."""
    total = 0
    while claimed := working.work_through(now=timezone.now(), limit=BATCH):
        total += claimed
    return total


@shared_task
def handle(*, notice_id: str, attempt: str, **_: object) -> bool:
    """Carry out one notice."""
    return working.handle(notice_id=int(notice_id), attempt=int(attempt), clock=timezone.now)


@shared_task
def check_subscriptions(**_: object) -> int:
    """Renew our webhook subscriptions and see that they work; returns how many do not."""
    return sum(1 for trouble in subscriptions.check(now=timezone.now()).values() if trouble)
