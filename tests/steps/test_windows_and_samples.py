"""A connection has both merged windows and raw samples of a day: one of the two speaks."""

import pytest

from steps import merge, rebuild, retention
from steps.facts import FactsOfPerson
from steps.models import Sample, Source
from tests.steps.statements import (
    MERGED,
    PHONE,
    TODAY,
    WATCH,
    record,
    sample,
    steps_on,
    total,
    window,
)
from tests.steps.test_retention import LATER

pytestmark = pytest.mark.django_db


def hours(*steps):
    """Windows of the hours from ten o'clock on."""
    return tuple(window(60 * number, 60, each) for number, each in enumerate(steps))


def explained(person):
    """What the day comes to, its hours that are not empty, and what each source counted."""
    facts = FactsOfPerson(person, [TODAY]).on(TODAY)
    found = merge.merge_day(facts, count_manual=False)
    keys = {str(row.pk): row.key for row in Source.objects.filter(person=person)}
    shares = {keys[each.source_id]: (each.reported, each.counted) for each in found.shares}
    return found.steps, [each for each in found.hours if each], shares


def agrees(person):
    return rebuild.differences(person=person, dates=[TODAY]) == []


def test_a_few_samples_do_not_silence_the_hours_said_with_them(alice):
    record(alice, at=1, samples=(sample("a", 0, 10, 50),), buckets=hours(400, 300))
    assert explained(alice) == (700, [400, 300], {WATCH.key: (50, 0), "merged": (700, 700)})
    assert agrees(alice)


def test_newer_hours_outgrow_the_samples_before_them(alice):
    record(alice, at=1, samples=(sample("a", 0, 60, 3000),))
    record(alice, at=2, buckets=hours(3100, 500))
    assert steps_on(alice) == 3600


@pytest.mark.parametrize(("sampled", "expected"), [(50, 50), (3000, 3000)])
def test_older_hours_never_outrank_newer_samples(alice, sampled, expected):
    record(alice, at=1, buckets=hours(400, 300))
    record(alice, at=2, samples=(sample("a", 0, 10, sampled),))
    assert steps_on(alice) == expected


def test_newer_hours_that_say_no_more_leave_the_word_to_the_samples(alice):
    record(alice, at=1, samples=(sample("a", 0, 60, 700),))
    record(alice, at=2, buckets=hours(400, 300))
    assert explained(alice) == (700, [700], {WATCH.key: (700, 700), "merged": (700, 0)})


def test_samples_that_only_say_so_again_are_the_newer_ones(alice):
    said = (sample("a", 0, 60, 3000),)
    record(alice, at=1, samples=said)
    record(alice, at=2, buckets=hours(3100, 500))
    record(alice, at=3, samples=said)
    assert (steps_on(alice), agrees(alice)) == (3000, True)


def test_hours_that_only_say_so_again_are_the_newer_ones(alice):
    record(alice, at=1, buckets=hours(3100, 500))
    record(alice, at=2, samples=(sample("a", 0, 60, 3000),))
    record(alice, at=3, buckets=hours(3100, 500))
    assert (steps_on(alice), agrees(alice)) == (3600, True)


def test_a_day_total_is_held_against_whichever_of_the_two_speaks(alice):
    record(alice, at=1, samples=(sample("a", 0, 60, 3000),))
    record(alice, at=3, buckets=(*hours(3100, 500), total(3300, source=MERGED)))
    assert steps_on(alice) == 3300
    record(alice, at=4, buckets=hours(3100, 500))
    assert (steps_on(alice), agrees(alice)) == (3600, True)


@pytest.mark.parametrize(("sampled", "expected"), [(1, 3600), (3, 3000)])
def test_a_day_on_which_both_spoke_folds_true(alice, sampled, expected):
    record(
        alice, at=sampled, samples=(sample("a", 0, 60, 3000), sample("p", 30, 60, 90, source=PHONE))
    )
    record(alice, at=2, buckets=hours(3100, 500))
    before = explained(alice)
    assert retention.fold_person(person_id=alice.pk, now=LATER) == 1
    assert not Sample.objects.exists()
    assert explained(alice) == before
    assert agrees(alice)


def test_newer_hours_may_still_outgrow_a_folded_day(alice):
    record(alice, at=1, samples=(sample("a", 0, 60, 3000),))
    retention.fold_person(person_id=alice.pk, now=LATER)
    record(alice, at=2, buckets=hours(3100, 500))
    assert (steps_on(alice), agrees(alice)) == (3600, True)


def test_a_sample_about_half_a_day_is_silent_where_an_hour_is_known(alice):
    record(alice, at=1, buckets=hours(100))
    record(alice, at=2, samples=(sample("a", -120, 360, 9000),))
    assert explained(alice) == (100, [100], {WATCH.key: (9000, 0), "merged": (100, 100)})
    before = explained(alice)
    assert retention.fold_person(person_id=alice.pk, now=LATER) == 1
    assert (explained(alice), agrees(alice)) == (before, True)


def test_a_sample_about_half_a_day_speaks_where_hours_hold_nothing(alice):
    record(alice, at=1, buckets=hours(0))
    record(alice, at=2, samples=(sample("a", -120, 360, 9000),))
    assert steps_on(alice) == 9000


def test_a_newer_sample_without_steps_does_not_silence_the_hours(alice):
    record(alice, at=1, buckets=hours(400, 300))
    record(alice, at=2, samples=(sample("a", 0, 10, 0),))
    assert (steps_on(alice), agrees(alice)) == (700, True)
