"""Makes kept days agree with their facts again, and scores with the days."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from challenges.scoring import record_days
from steps import rebuild
from steps.rebuild import Difference
from users.models import User


@transaction.atomic
def rebuild_days(*, person_id: int, dates: Collection[date], now: datetime) -> frozenset[date]:
    """Derive days again from their facts and score those that moved; returns these."""
    changed = rebuild.days_again(person_id=person_id, dates=dates, why="rebuilt", now=now)
    record_days(person_id=person_id, dates=changed, now=now)
    return changed


def differing(*, person: User, dates: Collection[date]) -> list[Difference]:
    """Return the days that do not agree, looked at again under the person's lock.

    Without a lock a delivery in between would look like a difference.
    """
    suspected = [found.date for found in rebuild.differences(person=person, dates=dates)]
    if not suspected:
        return []
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        return rebuild.differences(person=locked, dates=suspected)
