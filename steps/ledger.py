"""Writes what a delivery says into the facts and re-derives the days it speaks about.

Windows are replaced, never added up: a repeat changes nothing, a newer statement replaces an older
one up or down, an older one that arrives late changes nothing. Everything happens in one
transaction under a lock on the person, so that two deliveries never derive the same day at once.
"""

from datetime import date

from django.db import transaction

from steps import bucket_facts, retention, sample_facts, sanity
from steps.derive import rederive
from steps.models import Report
from steps.readings import Delivery, Recorded
from steps.sources import ensure_sources
from users.calendar import LocalCalendar
from users.models import User


@transaction.atomic(savepoint=False)
def record(delivery: Delivery, *, why: str) -> Recorded:
    """Store a delivery and derive anew the local days it moves.

    ``why`` is kept in the history of every day that changes. A delivery that says nothing new
    writes nothing.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=delivery.person_id)
    calendar = person.calendar
    sane = sanity.part(delivery, calendar, oldest=retention.oldest_taken(delivery.received_at))
    delivery = sane.delivery
    sources = ensure_sources(delivery)
    report = _report(delivery)
    sample_plan = sample_facts.plan(delivery, sources, spared=sane.listed)
    bucket_plan = bucket_facts.plan(delivery, sources, report, calendar)
    dates = calendar.days_of(sample_plan.moved) | bucket_plan.dates
    # A day total is held against the age of the samples, also of those that only say so again.
    confirmed = calendar.days_of(sample_plan.confirmed) - dates
    dates |= bucket_facts.with_day_total(delivery, confirmed)
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
        unchanged=len(delivery.samples) + len(delivery.buckets) - accepted,
        rejected=sane.rejected,
        touched=dates | _spoken_of(delivery, calendar),
        changed=changed,
    )


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
    spans += [(b.start, b.end) for b in delivery.buckets if b.start and b.end and not b.whole_day]
    return calendar.days_of(spans) | {b.date for b in delivery.buckets if b.whole_day}
