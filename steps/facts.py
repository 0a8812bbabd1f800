"""Reads what is known around a set of a person's days, in a handful of statements."""

import re
import uuid
from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from steps import kept_days
from steps.day_facts import BucketFact, DayFacts, FoldedFact, SampleFact, SourceFact
from steps.gaps import only_fill_gaps
from steps.models import DEVICE_KEY, IMPORTED_KEY, FoldedDay, Source
from steps.sources import of_person, standing
from steps.ticks import HOUR, ticks
from users import binary
from users.binary import Question, Statement
from users.calendar import ONE_DAY, LocalCalendar
from users.models import User

NAMES_A_DEVICE = re.compile(DEVICE_KEY)
_LONGEST_SAMPLE = 48 * HOUR
_START = attrgetter("start")


class Stated(NamedTuple):
    """All samples that a report has stated, as they are stored."""

    report_id: uuid.UUID | None
    samples: Sequence[SampleFact]


NOTHING_STATED = Stated(None, ())


class FactsOfPerson:
    """The facts around a set of local days.

    Day totals belong to the civil date they were reported for; everything else that has instants is
    cut by the person's own days, whichever date its sender filed it under. ``kept`` is what is kept
    of the days by now.
    """

    def __init__(
        self,
        person: User,
        dates: Collection[date],
        *,
        sources: Sequence[Source] | None = None,
        stated: Stated = NOTHING_STATED,
    ) -> None:
        """Read the facts; ``sources`` are all the person has, where the caller knows them.

        ``stated`` are samples the caller has just stored, which need not be read.
        """
        self.dates = dates
        self.calendar = person.calendar
        samples, self._buckets, self.kept = binary.ask(
            _samples(person, self.calendar, dates, stated.report_id),
            _buckets(person, dates),
            kept_days.of_person(person_id=person.pk, dates=dates),
        )
        self._sources = binary.ask(of_person(person.pk))[0] if sources is None else sources
        self._samples = samples
        if stated.samples:
            self._samples = sorted([*samples, *stated.samples], key=_START)
        self._starts = [sample.start for sample in self._samples]
        self._imported = {str(s.pk) for s in self._sources if s.key.startswith(IMPORTED_KEY)}
        self._folded = _folded(person, self._sources, dates)

    @property
    def devices(self) -> dict[str, str]:
        """Keys of sources that name one device in the world, with the source's id."""
        return {s.key: str(s.pk) for s in self._sources if NAMES_A_DEVICE.search(s.key)}

    def on(self, day: date) -> DayFacts:
        """Return what is known about a local day."""
        borders = self.calendar.hour_borders(day)
        facts = DayFacts(
            borders=borders,
            sources=[_source_fact(source, day) for source in self._sources],
            samples=self._samples_between(ticks(borders[0]), ticks(borders[-1])),
            buckets=self._buckets_around(day),
            folded=self._folded.get(day, []),
        )
        return only_fill_gaps(facts, self._imported) if self._imported else facts

    def _samples_between(self, start: int, end: int) -> list[SampleFact]:
        low = bisect_left(self._starts, start - _LONGEST_SAMPLE)
        high = bisect_left(self._starts, end)
        return [sample for sample in self._samples[low:high] if sample[3] >= start]

    def _buckets_around(self, day: date) -> list[BucketFact]:
        windows = [
            bucket
            for near in (day - ONE_DAY, day + ONE_DAY)
            for bucket in self._buckets.get(near, [])
            if not bucket.whole_day
        ]
        return windows + self._buckets.get(day, [])


# A sample spans 48 hours at most, so the index on (person, end) bounds both sides.
_SAMPLES = """
    SELECT external_id, source_id::text, start, "end", (steps * 1000)::bigint, manual,
        written_at, as_of
    FROM steps_sample
    WHERE person_id = %s AND "end" >= %s AND "end" <= %s AND start < %s
      AND report_id IS DISTINCT FROM %s
    ORDER BY start
"""
_BUCKETS = """
    SELECT date, source_id::text, whole_day, start, "end", (steps * 1000)::bigint,
        (manual_steps * 1000)::bigint, as_of
    FROM steps_bucket WHERE person_id = %s AND date = ANY(%s)
"""


def _samples(
    person: User, calendar: LocalCalendar, dates: Collection[date], but: uuid.UUID | None
) -> Question[list[SampleFact]]:
    first, last = calendar.begins(min(dates)), calendar.begins(max(dates) + ONE_DAY)
    parameters = [person.pk, first, last + timedelta(hours=48), last, but]
    return Question(Statement(_SAMPLES, parameters, in_ticks=True), _sample_facts)


def _sample_facts(rows: list[Any]) -> list[SampleFact]:
    return list(map(SampleFact._make, rows))


def _buckets(person: User, dates: Collection[date]) -> Question[dict[date, list[BucketFact]]]:
    near = sorted({day + n * ONE_DAY for day in dates for n in (-1, 0, 1)})
    return Question(Statement(_BUCKETS, [person.pk, near], in_ticks=True), _buckets_by_date)


def _buckets_by_date(rows: list[Any]) -> dict[date, list[BucketFact]]:
    found: dict[date, list[BucketFact]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(_bucket_fact(row))
    return found


def _folded(
    person: User, sources: Sequence[Source], dates: Collection[date]
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


def _bucket_fact(row: Sequence[Any]) -> BucketFact:
    return BucketFact(
        source_id=row[1],
        whole_day=row[2],
        start=row[3],
        end=row[4],
        steps=row[5],
        manual_steps=row[6],
        as_of=row[7],
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
        as_of=ticks(row.as_of),
    )
