"""How long messages are kept."""

from datetime import datetime, timedelta

from notifications import marks
from notifications.models import Notification

KEPT_FOR = timedelta(days=180)
AT_ONCE = 10_000


def drop_old(*, now: datetime) -> int:
    """Delete messages of more than half a year ago, oldest first; returns how many."""
    marks.forget_old(now=now)
    old = Notification.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
    ids = list(old.values_list("pk", flat=True)[:AT_ONCE])
    Notification.objects.filter(pk__in=ids).delete()
    return len(ids)
