"""Two phones of one connection both say what they merged: one of them speaks for the day."""

from dataclasses import replace
from itertools import permutations

import pytest

from steps import ledger, merge, rebuild
from steps.facts import FactsOfPerson
from steps.models import Source
from sync import accounts
from tests.factories import NOON
from tests.steps.statements import MERGED, TODAY, delivery, record, sample, steps_on, total, window

pytestmark = pytest.mark.django_db
FIRST = replace(MERGED, key="merged:1", name="In the pocket")
SECOND = replace(MERGED, key="merged:2", name="In the drawer")


def shares(person):
    facts = FactsOfPerson(person, [TODAY]).on(TODAY)
    names = {str(row.pk): row.name for row in Source.objects.filter(person=person)}
    found = merge.merge_day(facts, count_manual=False).shares
    return {names[each.source_id]: (each.reported, each.counted) for each in found}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_phone_that_says_the_most_counts_whoever_speaks_last(alice, order):
    said = [
        delivery(alice, at=1, buckets=(total(9000, source=FIRST),)),
        delivery(alice, at=2, buckets=(total(500, source=SECOND),)),
        delivery(alice, at=3, buckets=(total(8000, source=FIRST),)),
        delivery(alice, at=4, buckets=(total(600, source=SECOND),)),
    ]
    for place in order:
        ledger.record(said[place], why="test")
    assert steps_on(alice) == 8000
    assert shares(alice) == {"In the pocket": (8000, 8000), "In the drawer": (600, 0)}


def test_the_persons_own_choice_comes_before_the_larger_number(alice):
    record(alice, at=1, buckets=(total(8000, source=FIRST),))
    record(alice, at=1, buckets=(total(600, source=SECOND),))
    drawer = Source.objects.get(person=alice, key=SECOND.key)
    accounts.reorder_sources(person=alice, ids=[drawer.pk], now=NOON)
    assert steps_on(alice) == 600


def test_hours_of_two_phones_are_never_mixed(alice):
    record(alice, at=1, buckets=[window(hour * 60, 60, 1000, source=FIRST) for hour in range(2)])
    record(
        alice, at=2, buckets=[window(hour * 60, 60, hour * 300, source=SECOND) for hour in (0, 1)]
    )
    assert steps_on(alice) == 2000
    assert shares(alice) == {"In the pocket": (2000, 2000), "In the drawer": (300, 0)}
    assert rebuild.differences(person=alice, dates=[TODAY]) == []


def test_steps_typed_by_hand_are_left_out_once(alice):
    record(alice, at=1, buckets=(total(8000, source=FIRST, manual=500),))
    record(alice, at=1, buckets=(total(7000, source=SECOND, manual=500),))
    facts = FactsOfPerson(alice, [TODAY]).on(TODAY)
    found = merge.merge_day(facts, count_manual=False)
    assert (found.steps, [each.steps for each in found.excluded]) == (7500, [500])


def test_windows_that_samples_have_outdone_are_still_shown(alice):
    record(alice, at=1, buckets=(window(0, 60, 1800, source=FIRST),))
    record(alice, at=2, samples=(sample("a", 0, 10, 100),))
    assert steps_on(alice) == 100
    assert shares(alice) == {"Apple Watch": (100, 100), "In the pocket": (1800, 0)}


def test_a_total_that_was_outgrown_is_still_shown(alice):
    record(alice, at=1, buckets=(total(500, source=FIRST),))
    record(alice, at=2, samples=(sample("a", 0, 10, 700),))
    assert steps_on(alice) == 700
    assert shares(alice) == {"Apple Watch": (700, 700), "In the pocket": (500, 0)}


def test_a_date_before_all_phones_is_refused_and_costs_nothing_else(alice):
    old = total(5, day=TODAY.replace(year=1), source=FIRST)
    recorded = record(alice, at=1, buckets=(old, total(500, source=FIRST)))
    assert [each.code for each in recorded.rejected] == ["date_out_of_range"]
    assert steps_on(alice) == 500
