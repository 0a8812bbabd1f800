"""Messages that follow from the load, without waiting for the clock."""

from django.utils import timezone

from notifications.watch import phases, silence


def tell() -> None:
    """Let the slow watchers look once; badges and milestones follow within two minutes."""
    now = timezone.now()
    phases.watch(now=now)
    silence.watch(now=now)
