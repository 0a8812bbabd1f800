"""Keeps challenges true that do not count the merged days as they are.

A report may change what such a challenge counts while the merged day stays as it was: the tracker
that counts here was not the one that gave the day, or steps moved from one hour to another. Whoever
was heard of since the last look is therefore scored again. How far the looks have come is kept with
the challenge, so that nothing is missed when nobody looked for a while.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from challenges import scored_days, totals
from challenges.chosen_days import needs_choice
from challenges.models import Challenge, Participant
from challenges.open_challenges import open_challenges
from challenges.phases import final_at
from challenges.scoring import record_days
from steps.days import LATE_DATA_DAYS
from steps.models import Report
from users.calendar import ONE_DAY
from users.models import User

# A report is stored some time after the instant it was received at: each look goes back a little
# behind the one before.
OVERLAP = timedelta(minutes=15)


def catch_up(*, now: datetime) -> int:
    """Score everybody again in these challenges who was heard of since; return how many."""
    return sum(_catch_up(one, now) for one in open_challenges(now) if needs_choice(one))


def hold_heard(challenge: Challenge, now: datetime) -> list[int]:
    """Lock and return, by id, the people whom ``settle`` is for; the caller holds the challenge."""
    if not needs_choice(challenge):
        return []
    people = User.objects.select_for_update(no_key=True).filter(pk__in=_heard(challenge, now))
    return list(people.order_by("pk").values_list("pk", flat=True))


def settle(challenge: Challenge, people: Collection[int], now: datetime) -> None:
    """Score people again just before the result is frozen; the caller holds every participant."""
    rows = Participant.objects.filter(challenge=challenge, person__in=people, left_at=None)
    found = list(rows.select_related("challenge__organization", "person").order_by("pk"))
    if found:
        scored_days.rewrite(found, _open_days(challenge, now))
        totals.settle(found, now=now)


def _catch_up(challenge: Challenge, now: datetime) -> int:
    people = _heard(challenge, now)
    for person_id in people:
        _score(person_id, _open_days(challenge, now), now)
    Challenge.objects.filter(pk=challenge.pk).update(caught_up_at=now)
    return len(people)


def _heard(challenge: Challenge, now: datetime) -> list[int]:
    """Return who takes part and was heard of, in time, since shortly before the last look."""
    since = Q()
    if challenge.caught_up_at is not None:
        since = Q(received_at__gte=min(challenge.caught_up_at, now) - OVERLAP)
    heard = Report.objects.filter(
        since, person=OuterRef("person"), received_at__lt=final_at(challenge)
    )
    rows = Participant.objects.filter(Exists(heard), challenge=challenge, left_at=None)
    return list(rows.order_by("person").values_list("person", flat=True))


@transaction.atomic
def _score(person_id: int, days: list[date], now: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=person_id)
    record_days(person_id=person_id, dates=days, now=now)


def _open_days(challenge: Challenge, now: datetime) -> list[date]:
    """Return the days of the challenge that are still open to late data somewhere."""
    last = min(challenge.ends_on, now.date() + ONE_DAY)
    first = max(challenge.starts_on, last - (LATE_DATA_DAYS + 2) * ONE_DAY)
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]
