"""Celery's way in."""

from celery import shared_task
from django.utils import timezone

from challenges import refill, visibility


@shared_task(name="challenges.tasks.refill_boards")
def refill_boards() -> None:
    """Make good for whatever the boards in Redis have missed."""
    now = timezone.now()
    visibility.reconcile(now=now)
    refill.refill(now=now)
