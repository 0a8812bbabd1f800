"""Celery's way in."""

from celery import shared_task
from django.utils import timezone

from challenges import refill, visibility


@shared_task(name="challenges.tasks.refill_boards")
def refill_boards() -> None:
    """Make good for whatever the boards in Redis have missed."""
    refill.refill(now=timezone.now())


@shared_task(name="challenges.tasks.reconcile_visibility")
def reconcile_visibility() -> None:
    """Find people whose wish to be shown or hidden did not reach their participations."""
    visibility.reconcile(now=timezone.now())
