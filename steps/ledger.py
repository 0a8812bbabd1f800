"""Writes what a delivery says into the facts and re-derives the days it speaks about.

Windows are replaced, never added up: a repeat changes nothing, a newer statement replaces an older
one up or down, an older one that arrives late changes nothing. Everything happens in one
transaction under a lock on the person, so that two deliveries never derive the same day at once.
"""

from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction

from steps import bucket_facts, sample_facts
from steps.derive import rederive
from steps.models import Report
from steps.readings import Delivery, Recorded, Rejection, SampleReading
from steps.sources import ensure_sources
from users.calendar import LocalCalendar
from users.models import User

FUTURE_TOLERANCE = timedelta(minutes=5)
OLDEST = timedelta(days=400)
LONGEST = timedelta(hours=48)


@transaction.atomic(savepoint=False)
def record(delivery: Delivery, *, why: str) -> Recorded:
    """Store a delivery and derive anew the local days it moves.

    ``why`` is kept in the history of every day that changes. A delivery that says nothing new
    writes nothing.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=delivery.person_id)
    calendar = person.calendar
    samples, rejected = _sane(delivery)
    delivery = replace(delivery, samples=samples)
    sources = ensure_sources(delivery)
    report = _report(delivery)
    sample_plan = sample_facts.plan(delivery, sources)
    bucket_plan = bucket_facts.plan(delivery, sources, report)
    dates = calendar.days_of(sample_plan.moved) | bucket_plan.dates
    changed: frozenset[date] = frozenset()
    if not (sample_plan.is_empty and bucket_plan.is_empty):
        report.save(force_insert=True)
        sample_plan.apply(delivery, report)
        bucket_plan.apply()
        changed = rederive(
            person=person, dates=dates, report=report, why=why, now=delivery.received_at
        )
    accepted = sample_plan.accepted + bucket_plan.accepted
    return Recorded(
        accepted=accepted,
        unchanged=len(samples) + len(delivery.buckets) - accepted,
        rejected=rejected,
        touched=dates | _spoken_of(delivery, calendar),
        changed=changed,
    )


def _sane(delivery: Delivery) -> tuple[tuple[SampleReading, ...], tuple[Rejection, ...]]:
    """Part the samples that can be true from those that cannot, with the reason for each."""
    kept, rejected = [], []
    for sample in delivery.samples:
        problem = _problem(sample, delivery)
        if problem is None:
            kept.append(sample)
        else:
            code, detail = problem
            rejected.append(Rejection(index=sample.index, code=code, detail=detail))
    return tuple(kept), tuple(rejected)


def _problem(sample: SampleReading, delivery: Delivery) -> tuple[str, str] | None:
    if sample.end > delivery.received_at + FUTURE_TOLERANCE:
        return "in_the_future", "The sample ends in the future; check the phone's clock."
    if sample.start < delivery.received_at - OLDEST:
        return "too_old", f"Samples older than {OLDEST.days} days are not taken."
    if sample.end - sample.start > LONGEST:
        return "too_long", "A sample may span 48 hours at most."
    return None


def _report(delivery: Delivery) -> Report:
    return Report(
        person_id=delivery.person_id,
        connection_id=delivery.connection_id,
        via=delivery.via,
        as_of=delivery.as_of,
        received_at=delivery.received_at,
        batch_id=delivery.batch_id,
    )


def _spoken_of(delivery: Delivery, calendar: LocalCalendar) -> frozenset[date]:
    spans = [(sample.start, sample.end) for sample in delivery.samples]
    return calendar.days_of(spans) | {bucket.date for bucket in delivery.buckets}
