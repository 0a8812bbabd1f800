"""Who is not settled yet after the last day: nothing was heard of them since it ended for them."""

from datetime import datetime

from django.db.models import Q, QuerySet

from challenges.models import Challenge
from challenges.phases import over_at
from dashboard import roster
from users.models import User


def provisional_people(challenge: Challenge) -> QuerySet[User]:
    """Return those whose sources have not told how things stand since their last day ended.

    Whoever was heard from after the day had ended everywhere is settled for sure; for the others
    their own calendar decides.
    """
    people = roster.taking_part(challenge.organization, [challenge.pk])
    silent = Q(freshness__confirmed_at=None) | Q(
        freshness__confirmed_at__lt=over_at(challenge.ends_on)
    )
    waiting = [person.pk for person in people.filter(silent) if not _settled(person, challenge)]
    return people.filter(pk__in=waiting)


def _settled(person: User, challenge: Challenge) -> bool:
    known = getattr(person, "freshness", None)
    heard: datetime | None = known.confirmed_at if known else None
    return heard is not None and heard >= person.calendar.bounds(challenge.ends_on)[1]
