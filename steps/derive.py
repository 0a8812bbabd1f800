"""Derives merged local days from the facts, and remembers every change."""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from steps.merge import (
    RULE_VERSION,
    BucketFact,
    DayFacts,
    DayResult,
    SampleFact,
    SourceFact,
    merge_day,
)
from steps.models import Bucket, Day, DayChange, Report, Sample, Source
from users.calendar import LocalCalendar
from users.models import User

_LONGEST_SAMPLE = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A day worked out from its facts. ``borders``: its hour borders (UTC), ends included."""

    date: date
    zone: str
    borders: list[datetime]
    result: DayResult
    with_manual: DayResult


def rederive(
    *, person: User, dates: Collection[date], report: Report | None, why: str, now: datetime
) -> frozenset[date]:
    """Work the days out again and store those that moved; returns them.

    The caller holds the lock on the person.
    """
    if not dates:
        return frozenset()
    stored = {day.date: day for day in Day.objects.filter(person=person, date__in=dates)}
    moved = [
        (stored.get(derived.date), derived)
        for derived in derive(person=person, dates=dates)
        if _moved(stored.get(derived.date), derived)
    ]
    _save_days(person, [derived for _, derived in moved], now)
    DayChange.objects.bulk_create(
        _change(person, before, derived, report=report, why=why, at=now)
        for before, derived in moved
        if (before.steps if before else None) != derived.result.steps
    )
    return frozenset(derived.date for _, derived in moved)


def derive(*, person: User, dates: Collection[date]) -> list[Derived]:
    """Work the days out from the facts without writing anything."""
    if not dates:
        return []
    sources = _sources(person)
    facts = _FactsOfPerson(person, dates)
    calendar = person.calendar
    return [_derive_day(day, calendar, sources, facts) for day in sorted(dates)]


def _derive_day(
    day: date, calendar: LocalCalendar, sources: list[SourceFact], facts: "_FactsOfPerson"
) -> Derived:
    borders = calendar.hour_borders(day)
    known = DayFacts(
        borders=borders,
        sources=sources,
        samples=facts.samples_between(borders[0], borders[-1]),
        buckets=facts.buckets_on(day),
    )
    result = merge_day(known, count_manual=False)
    typed = any(s.manual for s in known.samples) or any(b.manual_steps for b in known.buckets)
    with_manual = merge_day(known, count_manual=True) if typed else result
    zone = calendar.zone_at(borders[0]).key
    return Derived(date=day, borders=borders, zone=zone, result=result, with_manual=with_manual)


def _sources(person: User) -> list[SourceFact]:
    return [
        SourceFact(
            id=str(source.pk),
            connection_id=str(source.connection_id),
            kind=source.kind,
            channel=source.channel,
            position=source.position,
            hidden=source.hidden,
            first_seen_at=source.first_seen_at,
        )
        for source in Source.objects.filter(person=person)
    ]


class _FactsOfPerson:
    """The facts around a set of days, read in two statements."""

    def __init__(self, person: User, dates: Collection[date]) -> None:
        first, last = min(dates), max(dates)
        around = timedelta(days=2)
        self._samples = [
            _sample_fact(row)
            for row in Sample.objects.filter(
                person=person,
                end__gte=datetime.combine(first - around, datetime.min.time(), UTC),
                start__lt=datetime.combine(last + around, datetime.min.time(), UTC),
            ).order_by("start")
        ]
        self._starts = [sample.start for sample in self._samples]
        self._buckets: dict[date, list[BucketFact]] = {}
        for row in Bucket.objects.filter(person=person, date__in=dates):
            self._buckets.setdefault(row.date, []).append(_bucket_fact(row))

    def samples_between(self, start: datetime, end: datetime) -> list[SampleFact]:
        """Return the samples with a part in ``[start, end)``."""
        low = bisect_left(self._starts, start - _LONGEST_SAMPLE)
        high = bisect_left(self._starts, end)
        return [sample for sample in self._samples[low:high] if sample.end >= start]

    def buckets_on(self, day: date) -> list[BucketFact]:
        """Return the merged windows of a local day."""
        return self._buckets.get(day, [])


def _sample_fact(row: Sample) -> SampleFact:
    return SampleFact(
        id=row.external_id,
        source_id=str(row.source_id),
        start=row.start,
        end=row.end,
        steps=row.steps,
        manual=row.manual,
        written_at=row.written_at,
        as_of=row.as_of,
    )


def _bucket_fact(row: Bucket) -> BucketFact:
    return BucketFact(
        source_id=str(row.source_id),
        whole_day=row.whole_day,
        start=row.start,
        end=row.end,
        steps=row.steps,
        manual_steps=row.manual_steps,
        as_of=row.as_of,
    )


def _moved(before: Day | None, derived: Derived) -> bool:
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
