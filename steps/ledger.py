"""Writes what a delivery says into the facts and re-derives the days it speaks about.

Windows are replaced, never added up: a repeat changes nothing, a newer statement replaces an older
one up or down, an older one that arrives late changes nothing. Everything happens in one
transaction under a lock on the person, so that two deliveries never derive the same day at once.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from steps import bucket_facts, kept_days, retention, sample_facts, sample_rows, sanity
from steps.derive import Stored, store
from steps.facts import FactsOfPerson, Stated
from steps.models import Report, Source
from steps.readings import Delivery, Recorded
from steps.sample_rows import NOTHING_KNOWN, Known
from steps.sources import ensure_sources, of_person
from steps.ticks import ticks
from steps.touched import days_of
from users import binary
from users.binary import Question, Statement
from users.calendar import LocalCalendar
from users.models import User
from users.plain_models import instance

_PERSON = ["id", "timezone", "zone_moves"]
_LOCK = f"""
    SELECT {", ".join(_PERSON)} FROM users_user WHERE id = %s FOR NO KEY UPDATE
"""  # noqa: S608 - the columns above
_AS_IF_ALWAYS_THERE = "UPDATE users_user SET zone_moves = '[]' WHERE id = %s"
_REPORT = """
    INSERT INTO steps_report (id, person_id, connection_id, via, as_of, received_at, batch_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


@transaction.atomic(savepoint=False)
def record(delivery: Delivery, *, why: str) -> Recorded:
    """Store a delivery and derive anew the local days it moves.

    ``why`` is kept in the history of every day that changes. A delivery that says nothing new
    writes nothing but the time as of which it is still so. Raises ``User.DoesNotExist``.
    """
    with binary.in_one_trip():
        return _record(delivery, why)


def _record(delivery: Delivery, why: str) -> Recorded:
    person, every_source, known = _looked_up(delivery)
    if person.zone_moves and not every_source:
        _settle_in(person)
    calendar = person.calendar
    sane = sanity.part(delivery, calendar, oldest=retention.oldest_taken(delivery.received_at))
    delivery = sane.delivery
    sources = ensure_sources(delivery, every_source)
    report = _report(delivery)
    sample_plan = sample_facts.plan(delivery, sources, known, spared=sane.listed)
    bucket_plan = bucket_facts.plan(delivery, sources, every_source, calendar)
    dates = days_of(calendar, sample_plan.moved) | bucket_plan.dates
    # Totals and windows are held against the age of the samples, also if these only say so again.
    confirmed = days_of(calendar, sample_plan.confirmed) - dates
    dates |= bucket_facts.with_buckets(delivery, confirmed)
    stored = Stored(steps={}, changed=frozenset())
    if dates or bucket_plan.accepted or not sample_plan.is_empty:
        _file(report)
    sample_plan.apply(delivery, report)
    bucket_plan.apply(delivery, report)
    if dates:
        stated = Stated(report.pk, sample_plan.stated(delivery))
        facts = FactsOfPerson(person, dates, sources=every_source, stated=stated)
        stored = store(
            person=person, facts=facts, report_id=report.pk, why=why, now=delivery.received_at
        )
    accepted = sample_plan.accepted + bucket_plan.accepted
    all_moved = sample_plan.accepted == len(delivery.samples)
    return Recorded(
        accepted=accepted,
        unchanged=len(delivery.samples) + len(delivery.buckets) - accepted,
        rejected=sane.rejected,
        touched=dates | _spoken_of(delivery, calendar, all_moved=all_moved),
        changed=stored.changed,
        derived=stored.steps,
    )


def _looked_up(delivery: Delivery) -> tuple[User, list[Source], Known]:
    """Lock the person and return what is known that the delivery has to be compared with."""
    person, sources = _locked(delivery.person_id), of_person(delivery.person_id)
    if delivery.samples:
        return binary.ask(person, sources, sample_rows.known(delivery))
    return *binary.ask(person, sources), NOTHING_KNOWN


def _locked(person_id: int) -> Question[User]:
    """Lock the person's row and ask for what of it days depend on."""
    return Question(Statement(_LOCK, [person_id]), _person)


def _person(rows: list[Any]) -> User:
    if not rows:
        raise User.DoesNotExist
    return instance(User, _PERSON, rows[0])


def _settle_in(person: User) -> None:
    """Forget earlier zones: of somebody of whom nothing is known no past day can be rewritten.

    Who has just chosen a zone sends their history next, and has lived there for all of it.
    """
    person.zone_moves = []
    binary.run(_AS_IF_ALWAYS_THERE, [person.pk])


def steps_of(recorded: Recorded, *, person_id: int) -> Mapping[date, int | None]:
    """Return the merged steps of the touched days; only those not worked out just now are read."""
    others = recorded.touched - recorded.derived.keys()
    known = kept_days.kept(person_id=person_id, dates=others) if others else {}
    return recorded.derived | {day: known[day].steps if day in known else None for day in others}


def _file(report: Report) -> None:
    """Store the report, which its facts and the history of the days refer to."""
    columns = [report.pk, report.person_id, report.connection_id, report.via]
    binary.run(_REPORT, [*columns, report.as_of, report.received_at, report.batch_id])


def _report(delivery: Delivery) -> Report:
    return Report(
        person_id=delivery.person_id,
        connection_id=delivery.connection_id,
        via=delivery.via,
        as_of=delivery.as_of,
        received_at=delivery.received_at,
        batch_id=delivery.batch_id,
    )


def _spoken_of(delivery: Delivery, calendar: LocalCalendar, *, all_moved: bool) -> frozenset[date]:
    """Return the days a delivery says something about; ``all_moved``: not those of its samples."""
    spans = [] if all_moved else [(sample[2], sample[3]) for sample in delivery.samples]
    windows = [(b.start, b.end) for b in delivery.buckets if b.start and b.end and not b.whole_day]
    spans += [(ticks(start), ticks(end)) for start, end in windows]
    return days_of(calendar, spans) | {b.date for b in delivery.buckets if b.whole_day}
