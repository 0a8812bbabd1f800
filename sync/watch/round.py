"""One round of the watch, every ten seconds: recover and settle the alarms."""

from datetime import datetime

from sync.watch import alarms, complaints, recovery


def make(*, now: datetime) -> int:
    """Look after everything; returns the number of alarms that are open now."""
    recovery.follow(now=now)
    alarms.settle(complaints.all_of_them(now=now), now=now)
    alarms.mail(now=now)
    return alarms.open_alarms().count()
