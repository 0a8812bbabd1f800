"""Keeps challenges true that do not count the merged days as they are.

A report may change what such a challenge counts while the merged day stays as it was: the tracker
that counts here was not the one that gave the day, or steps moved from one hour to another. Whoever
was heard of lately is therefore scored again.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from challenges.chosen_days import needs_choice
from challenges.models import Challenge
from challenges.open_challenges import open_challenges
from challenges.scoring import record_days
from steps.days import LATE_DATA_DAYS
from steps.models import Report
from users.calendar import ONE_DAY
from users.models import User

# Three times as long as the task that calls this waits between two runs.
LATELY = timedelta(minutes=15)


def catch_up(*, now: datetime) -> int:
    """Score everybody again in these challenges who was heard of lately; return how many."""
    return sum(_catch_up(one, now) for one in open_challenges(now) if needs_choice(one))


def _catch_up(challenge: Challenge, now: datetime) -> int:
    heard = Report.objects.filter(
        received_at__gte=now - LATELY,
        person__participations__challenge=challenge,
        person__participations__left_at=None,
    )
    people = list(heard.order_by("person").values_list("person", flat=True).distinct())
    for person_id in people:
        _score(person_id, _open_days(challenge, now), now)
    return len(people)


@transaction.atomic
def _score(person_id: int, days: list[date], now: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=person_id)
    record_days(person_id=person_id, dates=days, now=now)


def _open_days(challenge: Challenge, now: datetime) -> list[date]:
    """Return the days of the challenge that are still open to late data somewhere."""
    last = min(challenge.ends_on, now.date() + ONE_DAY)
    first = max(challenge.starts_on, last - (LATE_DATA_DAYS + 2) * ONE_DAY)
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]
