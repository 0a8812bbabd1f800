"""How long the history of attempts is kept."""

from datetime import datetime, timedelta

from integrations.models import OAuthAttempt
from sync.models import Run, SyncRequest

KEEP = timedelta(days=90)


def drop_old(*, now: datetime) -> int:
    """Delete finished runs and requests older than 90 days; returns the number of runs."""
    SyncRequest.objects.filter(created_at__lt=now - KEEP).delete()
    OAuthAttempt.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    deleted, _ = Run.objects.filter(finished_at__lt=now - KEEP).delete()
    return deleted
