"""Reads what is known around a set of a person's days, in a handful of statements."""

from bisect import bisect_left
from collections.abc import Collection
from datetime import date, datetime, timedelta

from steps import binary
from steps.day_facts import BucketFact, DayFacts, FoldedFact, SampleFact, SourceFact
from steps.models import Bucket, FoldedDay, Source
from steps.sources import standing
from users.calendar import ONE_DAY, LocalCalendar
from users.models import User

_LONGEST_SAMPLE = timedelta(hours=48)


class FactsOfPerson:
    """The facts around a set of local days.

    Day totals belong to the civil date they were reported for; everything else that has instants is
    cut by the person's own days, whichever date its sender filed it under.
    """

    def __init__(self, person: User, dates: Collection[date]) -> None:
        self._calendar = person.calendar
        self._sources = list(Source.objects.filter(person=person))
        self._samples = _samples(person, self._calendar, dates)
        self._starts = [sample.start for sample in self._samples]
        self._buckets = _buckets(person, dates)
        self._folded = _folded(person, self._sources, dates)

    def on(self, day: date) -> DayFacts:
        """Return what is known about a local day."""
        borders = self._calendar.hour_borders(day)
        return DayFacts(
            borders=borders,
            sources=[_source_fact(source, day) for source in self._sources],
            samples=self._samples_between(borders[0], borders[-1]),
            buckets=self._buckets_around(day),
            folded=self._folded.get(day, []),
        )

    def _samples_between(self, start: datetime, end: datetime) -> list[SampleFact]:
        low = bisect_left(self._starts, start - _LONGEST_SAMPLE)
        high = bisect_left(self._starts, end)
        return [sample for sample in self._samples[low:high] if sample.end >= start]

    def _buckets_around(self, day: date) -> list[BucketFact]:
        windows = [
            bucket
            for near in (day - ONE_DAY, day + ONE_DAY)
            for bucket in self._buckets.get(near, [])
            if not bucket.whole_day
        ]
        return windows + self._buckets.get(day, [])


_SAMPLES = """
    SELECT external_id, source_id::text, start, "end", steps, manual, written_at, as_of
    FROM steps_sample WHERE person_id = %s AND "end" >= %s AND start < %s ORDER BY start, id
"""


def _samples(person: User, calendar: LocalCalendar, dates: Collection[date]) -> list[SampleFact]:
    first, last = calendar.begins(min(dates)), calendar.begins(max(dates) + ONE_DAY)
    return [SampleFact._make(row) for row in binary.rows(_SAMPLES, [person.pk, first, last])]


def _buckets(person: User, dates: Collection[date]) -> dict[date, list[BucketFact]]:
    near = {day + n * ONE_DAY for day in dates for n in (-1, 0, 1)}
    found: dict[date, list[BucketFact]] = {}
    for row in Bucket.objects.filter(person=person, date__in=near):
        found.setdefault(row.date, []).append(_bucket_fact(row))
    return found


def _folded(
    person: User, sources: list[Source], dates: Collection[date]
) -> dict[date, list[FoldedFact]]:
    horizon = max((s.folded_before for s in sources if s.folded_before), default=None)
    if horizon is None or min(dates) >= horizon:
        return {}
    found: dict[date, list[FoldedFact]] = {}
    for row in FoldedDay.objects.filter(person=person, date__in=dates):
        found.setdefault(row.date, []).append(_folded_fact(row))
    return found


def _source_fact(source: Source, day: date) -> SourceFact:
    position, hidden = standing(source, day)
    return SourceFact(
        id=str(source.pk),
        connection_id=str(source.connection_id),
        kind=source.kind,
        channel=source.channel,
        position=position,
        hidden=hidden,
        first_seen_at=source.first_seen_at,
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


def _folded_fact(row: FoldedDay) -> FoldedFact:
    return FoldedFact(
        source_id=str(row.source_id),
        hours=row.hours,
        hours_with_manual=row.hours_with_manual if row.typed else row.hours,
        reported=row.reported,
        reported_with_manual=row.reported_with_manual if row.typed else row.reported,
        left_out=row.left_out,
        typed=row.typed,
        as_of=row.as_of,
    )
