"""Celery's way in."""

from celery import shared_task
from django.utils import timezone

from challenges import choosing, closing, movement, refill, results, rounds, visibility


@shared_task(name="challenges.tasks.refill_boards")
def refill_boards() -> None:
    """Make good for whatever the boards in Redis have missed."""
    refill.refill(now=timezone.now())


@shared_task(name="challenges.tasks.reconcile_visibility")
def reconcile_visibility() -> None:
    """Find people whose wish to be shown or hidden did not reach their participations."""
    visibility.reconcile(now=timezone.now())


@shared_task(name="challenges.tasks.finalise_challenges")
def finalise_challenges() -> None:
    """Decide rounds and races that are due, then freeze what is over."""
    now = timezone.now()
    closing.close_decided(now=now)
    rounds.advance_all(now=now)
    results.finalise_due(now=now)


@shared_task(name="challenges.tasks.remember_ranks")
def remember_ranks() -> None:
    """Remember ranks once a day, in every organization's own day."""
    movement.remember_all(now=timezone.now())


@shared_task(name="challenges.tasks.catch_up_chosen_days")
def catch_up_chosen_days() -> None:
    """Score again whom a report may have changed where only some of their steps count."""
    choosing.catch_up(now=timezone.now())
