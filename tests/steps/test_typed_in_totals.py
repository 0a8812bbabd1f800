"""A day total or an hour may hold what samples say was typed by hand, and not say so."""

from dataclasses import replace
from decimal import Decimal

import pytest

from steps import merge, rebuild, retention
from steps.facts import FactsOfPerson
from steps.models import Day, Sample
from tests.steps.statements import MERGED, PHONE, TODAY, record, sample, total, window
from tests.steps.test_retention import LATER

pytestmark = pytest.mark.django_db
OTHER = replace(MERGED, key="merged:2")
TYPED = sample("t", 0, 60, 5000, source=PHONE, manual=True)
WALKED = sample("w", 0, 60, 2000)


def comes_to(person):
    """The day without and with what was typed by hand, as it is kept."""
    assert rebuild.differences(person=person, dates=[TODAY]) == []
    return Day.objects.values_list("steps", "steps_with_manual").get(person=person, date=TODAY)


def explained(person):
    found = merge.merge_day(FactsOfPerson(person, [TODAY]).on(TODAY), count_manual=False)
    shares = sorted((each.reported, each.counted) for each in found.shares)
    return found.steps, [(each.reason, each.steps) for each in found.excluded], shares


def test_a_total_that_does_not_tell_them_apart_yields_to_what_was_measured(alice):
    record(alice, at=1, samples=(TYPED, WALKED), buckets=(total(7000, source=MERGED),))
    assert comes_to(alice) == (2000, 7000)
    assert explained(alice) == (2000, [("manual", 5000)], [(2000, 2000), (7000, 0)])


def test_a_total_that_tells_them_apart_speaks_as_ever(alice):
    said = (total(7000, source=MERGED, manual=4500),)
    record(alice, at=1, samples=(TYPED, WALKED), buckets=said)
    assert comes_to(alice) == (2500, 7000)


def test_where_nothing_was_measured_the_total_is_all_there_is(alice):
    zero = sample("w", 0, 60, 0)
    record(alice, at=1, samples=(TYPED, zero), buckets=(total(7000, source=MERGED),))
    assert comes_to(alice) == (7000, 7000)


def test_hours_that_do_not_tell_them_apart_yield_too(alice):
    record(alice, at=1, samples=(TYPED, WALKED), buckets=(window(0, 60, 7000), window(60, 60, 9)))
    assert comes_to(alice) == (2000, 7009)
    apart = replace(window(0, 60, 7000), manual_steps=Decimal(4500))
    record(alice, at=2, buckets=(apart,))
    assert comes_to(alice) == (2509, 7009)


def test_of_two_phones_the_one_that_tells_them_apart_speaks(alice):
    said = total(9000, source=MERGED), total(7000, source=OTHER, manual=4500)
    record(alice, at=1, samples=(TYPED, WALKED), buckets=said)
    assert comes_to(alice) == (2500, 9000)


def test_such_a_day_folds_true(alice):
    record(alice, at=1, samples=(TYPED, WALKED), buckets=(total(7000, source=MERGED),))
    before = comes_to(alice), explained(alice)
    assert retention.fold_person(person_id=alice.pk, now=LATER) == 1
    assert not Sample.objects.exists()
    assert (comes_to(alice), explained(alice)) == before
