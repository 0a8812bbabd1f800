"""Derives merged local days from the facts, and remembers every change."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from steps import across, findings, kept_days, plausibility
from steps.day_facts import DayFacts
from steps.facts import FactsOfPerson
from steps.kept_days import NOTHING, Kept, Moved
from steps.merge import RULE_VERSION, DayResult, merge_day
from steps.plausibility import Suspicion
from users.calendar import LocalCalendar
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A day worked out from its facts. ``borders``: its hour borders (UTC), ends included.

    ``sampled``: it has raw samples; ``unique`` are the ids among them that exist once in the world.
    ``folded``: some of those it had are gone, so rules about samples cannot be judged again.
    """

    date: date
    zone: str
    borders: list[datetime]
    result: DayResult
    with_manual: DayResult
    suspicions: list[Suspicion]
    sampled: bool
    unique: Sequence[str]
    folded: bool

    @property
    def outcome(self) -> Kept:
        """What is to be kept of it."""
        return Kept(self.result.steps, self.with_manual.steps, self.result.source_id)


def rederive(
    *, person: User, dates: Collection[date], report_id: uuid.UUID | None, why: str, now: datetime
) -> frozenset[date]:
    """Work the days out again and store those that moved; returns them.

    The caller holds the lock on the person.
    """
    if not dates:
        return frozenset()
    facts = FactsOfPerson(person, dates)
    return store(person=person, facts=facts, report_id=report_id, why=why, now=now).changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Days as they are kept by now, and which of them moved."""

    steps: dict[date, int | None]
    changed: frozenset[date]


def store(
    *, person: User, facts: FactsOfPerson, report_id: uuid.UUID | None, why: str, now: datetime
) -> Stored:
    """Work out the days of the facts and store those that moved, under the caller's lock."""
    before, every = facts.kept, _derived(facts)
    moved = [
        Moved(day.date, before.get(day.date, NOTHING), day.outcome, day.zone)
        for day in every
        if differs(before.get(day.date), day)
    ]
    kept_days.keep(
        person_id=person.pk, moved=moved, rule=RULE_VERSION, report_id=report_id, why=why, at=now
    )
    findings.settle(person=person, days=every, devices=facts.devices, now=now)
    return Stored(
        steps={day.date: day.result.steps for day in every},
        changed=frozenset(day.date for day in moved),
    )


def derive(*, person: User, dates: Collection[date]) -> list[Derived]:
    """Work the days out from the facts without writing anything."""
    return _derived(FactsOfPerson(person, dates)) if dates else []


def _derived(facts: FactsOfPerson) -> list[Derived]:
    return [_derive_day(day, facts.calendar, facts.on(day)) for day in sorted(facts.dates)]


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
        unique=across.unique(facts),
        folded=bool(facts.folded),
    )


def _typed(facts: DayFacts) -> bool:
    return (
        any(s.manual for s in facts.samples)
        or any(b.manual_steps for b in facts.buckets)
        or any(f.typed for f in facts.folded)
    )


def differs(before: Kept | None, derived: Derived) -> bool:
    """Whether what is kept of a day is not what its facts say."""
    return (before or NOTHING) != derived.outcome
