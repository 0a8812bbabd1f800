"""Raw samples are kept while late data may still change their day; then they are folded.

Folding turns a day's samples into whole steps per source and hour (``FoldedDay``), a hundredth of
the space, and leaves every number as it was: a day that would not come out the same keeps its
samples. What protects samples (deletions, complete windows) goes with them, because samples that
old are no longer taken.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from steps.day_facts import FoldedFact
from steps.facts import FactsOfPerson
from steps.folding import fold, folds_true
from steps.models import (
    Channel,
    CompleteWindow,
    FoldedDay,
    Sample,
    Source,
    Tombstone,
)
from steps.ticks import instant
from users.calendar import ONE_DAY
from users.models import User

log = logging.getLogger(__name__)
FOLD_EVERY = timedelta(days=7)
MOST_DAYS = 400


def oldest_taken(now: datetime) -> datetime:
    """Return the instant before which raw samples are no longer taken."""
    return now - timedelta(days=settings.RAW_SAMPLE_DAYS)


def due(*, now: datetime, limit: int) -> list[int]:
    """Return people whose samples are to be folded, the longest due first."""
    before = (oldest_taken(now) - FOLD_EVERY).date()
    sources = Source.objects.filter(
        Q(folded_before=None) | Q(folded_before__lt=before), channel=Channel.RAW
    )
    rows = sources.order_by(F("folded_before").asc(nulls_first=True), "person_id")
    return list(dict.fromkeys(rows.values_list("person_id", flat=True)[: limit * 4]))[:limit]


@transaction.atomic
def fold_person(*, person_id: int, now: datetime) -> int:
    """Fold a person's days that lie wholly before ``oldest_taken``; returns how many."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    calendar = person.calendar
    horizon = calendar.date_of(oldest_taken(now))
    dates = _days_before(horizon, person)
    if len(dates) > MOST_DAYS:
        dates = dates[:MOST_DAYS]
        horizon = dates[-1] + ONE_DAY
    kept = _fold_days(person, dates)
    _drop(person, horizon, kept)
    Source.objects.filter(person=person, channel=Channel.RAW).update(folded_before=horizon)
    return len(dates) - len(kept)


def drop_guards(*, now: datetime) -> int:
    """Forget deletions and complete windows that only concern samples no longer taken."""
    before = oldest_taken(now) - FOLD_EVERY
    stones, _ = Tombstone.objects.filter(deleted_at__lt=before).delete()
    windows, _ = CompleteWindow.objects.filter(as_of__lt=before).delete()
    return stones + windows


def _days_before(horizon: date, person: User) -> list[date]:
    begins = person.calendar.begins(horizon)
    spans = Sample.objects.filter(person=person, start__lt=begins, end__lte=begins)
    days = person.calendar.days_of(list(spans.values_list("start", "end")))
    return sorted(day for day in days if day < horizon)


def _drop(person: User, horizon: date, kept: Collection[date]) -> None:
    """Delete the samples that lie wholly before the horizon, but for days that keep theirs."""
    begins = person.calendar.begins(horizon)
    old = Sample.objects.filter(person=person, start__lt=begins, end__lte=begins)
    for day in kept:
        first, last = person.calendar.bounds(day)
        old = old.exclude(start__lt=last, end__gte=first)
    old.delete()


def _fold_days(person: User, dates: Collection[date]) -> list[date]:
    """Fold the days and return those that keep their samples."""
    if not dates:
        return []
    facts = FactsOfPerson(person, dates)
    kept = []
    rows: list[FoldedDay] = []
    for day in dates:
        known = facts.on(day)
        folded = fold(known)
        if folds_true(known, folded):
            rows += _rows(person, day, folded)
        else:
            kept.append(day)
            log.error("A day does not fold true", extra={"person_id": person.pk, "day": str(day)})
    FoldedDay.objects.bulk_create(rows)
    return kept


def _rows(person: User, day: date, folded: Iterable[FoldedFact]) -> list[FoldedDay]:
    return [
        FoldedDay(
            person=person,
            source_id=fact.source_id,
            date=day,
            hours=fact.hours,
            hours_with_manual=fact.hours_with_manual if fact.typed else None,
            reported=fact.reported,
            reported_with_manual=fact.reported_with_manual if fact.typed else None,
            left_out=dict(fact.left_out),
            typed=fact.typed,
            as_of=instant(fact.as_of),
        )
        for fact in folded
    ]
