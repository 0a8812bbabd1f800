"""Derives merged local days from the facts, and remembers every change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from steps import findings, plausibility
from steps.day_facts import DayFacts
from steps.facts import FactsOfPerson
from steps.merge import RULE_VERSION, DayResult, merge_day
from steps.models import Day, DayChange, Report
from steps.plausibility import Suspicion
from users.calendar import LocalCalendar
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A day worked out from its facts. ``borders``: its hour borders (UTC), ends included.

    ``sampled``: it has raw samples. ``folded``: some of those it had are gone, so rules about
    samples cannot be judged again.
    """

    date: date
    zone: str
    borders: list[datetime]
    result: DayResult
    with_manual: DayResult
    suspicions: list[Suspicion]
    sampled: bool
    folded: bool


def rederive(
    *, person: User, dates: Collection[date], report: Report | None, why: str, now: datetime
) -> frozenset[date]:
    """Work the days out again and store those that moved; returns them.

    The caller holds the lock on the person.
    """
    if not dates:
        return frozenset()
    stored = {day.date: day for day in Day.objects.filter(person=person, date__in=dates)}
    every = derive(person=person, dates=dates)
    moved = [
        (stored.get(derived.date), derived)
        for derived in every
        if differs(stored.get(derived.date), derived)
    ]
    _save_days(person, [derived for _, derived in moved], now)
    DayChange.objects.bulk_create(
        _change(person, before, derived, report=report, why=why, at=now)
        for before, derived in moved
        if (before.steps if before else None) != derived.result.steps
    )
    findings.settle(person=person, days=every, now=now)
    return frozenset(derived.date for _, derived in moved)


def derive(*, person: User, dates: Collection[date]) -> list[Derived]:
    """Work the days out from the facts without writing anything."""
    if not dates:
        return []
    facts, calendar = FactsOfPerson(person, dates), person.calendar
    return [_derive_day(day, calendar, facts.on(day)) for day in sorted(dates)]


def _derive_day(day: date, calendar: LocalCalendar, facts: DayFacts) -> Derived:
    result = merge_day(facts, count_manual=False)
    with_manual = merge_day(facts, count_manual=True) if _typed(facts) else result
    return Derived(
        date=day,
        borders=list(facts.borders),
        zone=calendar.zone_at(facts.borders[0]).key,
        result=result,
        with_manual=with_manual,
        suspicions=plausibility.examine(facts, steps=with_manual.steps),
        sampled=bool(facts.samples),
        folded=bool(facts.folded),
    )


def _typed(facts: DayFacts) -> bool:
    return (
        any(s.manual for s in facts.samples)
        or any(b.manual_steps for b in facts.buckets)
        or any(f.typed for f in facts.folded)
    )


def differs(before: Day | None, derived: Derived) -> bool:
    """Whether what is kept of a day is not what its facts say."""
    after = (derived.result.steps, derived.with_manual.steps, derived.result.source_id)
    if before is None:
        return after != (None, None, None)
    source = str(before.source_id) if before.source_id else None
    return after != (before.steps, before.steps_with_manual, source)


def _save_days(person: User, derived: Iterable[Derived], now: datetime) -> None:
    Day.objects.bulk_create(
        [
            Day(
                person=person,
                date=item.date,
                steps=item.result.steps,
                steps_with_manual=item.with_manual.steps,
                source_id=item.result.source_id,
                zone=item.zone,
                rule=RULE_VERSION,
                updated_at=now,
            )
            for item in derived
        ],
        update_conflicts=True,
        unique_fields=["person", "date"],
        update_fields=["steps", "steps_with_manual", "source", "rule", "updated_at"],
    )


def _change(
    person: User,
    before: Day | None,
    derived: Derived,
    *,
    report: Report | None,
    why: str,
    at: datetime,
) -> DayChange:
    return DayChange(
        person=person,
        date=derived.date,
        at=at,
        steps_before=before.steps if before else None,
        steps_after=derived.result.steps,
        why=why,
        report=report,
    )
