"""What people enter because no tracker counts it as steps: the ledger of activities.

One row per person, local day and kind: entering again replaces, entering 0 takes away. Scores
follow in the same transaction wherever a challenge converts the activity.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from challenges.conversions import ACTIVITY_KINDS
from challenges.models import Activity
from challenges.plan_rules import PlanInvalid
from challenges.scoring import record_days
from users.calendar import ONE_DAY
from users.models import User

OLDEST_DAYS = 366


@transaction.atomic
def enter(*, person: User, day: date, kind: str, amount: int, now: datetime) -> Activity | None:
    """Store an amount for a local day; None when ``amount`` is 0 and nothing is kept.

    Raises ``PlanInvalid``: ``kind`` (not known), ``amount`` (more than fits a day), ``date`` (to
    come, or longer ago than a year).
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    _refuse(person, day, kind, amount, now)
    rows = Activity.objects.filter(person=person, date=day, kind=kind)
    if amount:
        Activity.objects.update_or_create(
            person=person, date=day, kind=kind, defaults={"amount": amount, "entered_at": now}
        )
    else:
        rows.delete()
    record_days(person_id=person.pk, dates=[day], now=now)
    return rows.first()


@transaction.atomic
def remove(*, person: User, activity_id: uuid.UUID, now: datetime) -> bool:
    """Take an entry away; returns whether the person had it."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    row = Activity.objects.filter(person=person, pk=activity_id).first()
    if row is None:
        return False
    row.delete()
    record_days(person_id=person.pk, dates=[row.date], now=now)
    return True


def between(*, person: User, first: date, last: date) -> QuerySet[Activity]:
    """Return what the person entered for ``first`` to ``last`` inclusive, newest day first."""
    rows = Activity.objects.filter(person=person, date__range=(first, last))
    return rows.order_by("-date", "kind")


def _refuse(person: User, day: date, kind: str, amount: int, now: datetime) -> None:
    errors: dict[str, list[str]] = {}
    today = person.calendar.date_of(now)
    known = ACTIVITY_KINDS.get(kind)
    if known is None:
        errors["kind"] = [f"Choose one of {', '.join(ACTIVITY_KINDS)}."]
    elif not 0 <= amount <= known.most:
        errors["amount"] = [f"Choose 0 to {known.most:,} {known.unit}."]
    if not today - OLDEST_DAYS * ONE_DAY <= day <= today:
        errors["date"] = ["Choose a day of the last year, today at latest."]
    if errors:
        raise PlanInvalid(errors)
