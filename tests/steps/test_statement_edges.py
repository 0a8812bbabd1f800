"""Statements that contradict each other at the edges: who wins, in whatever order they come."""

import itertools
from datetime import timedelta

import pytest

from steps import rebuild
from steps.models import Bucket, CompleteWindow, Day, DayChange, Report, Sample, Tombstone
from tests.factories import NOON
from tests.steps.statements import (
    CLOUD,
    CLOUD_CONNECTION,
    MERGED,
    PHONE,
    PHONE_CONNECTION,
    TODAY,
    cloud,
    looked,
    record,
    sample,
    steps_on,
    total,
    window,
)

pytestmark = pytest.mark.django_db


def in_every_order(person, *reports):
    """Take the reports in every order and return the different outcomes."""
    outcomes = set()
    for order in itertools.permutations(reports):
        for report in order:
            record(person, **report)
        outcomes.add(steps_on(person))
        dates = rebuild.days_known(person=person, first=None, last=None)
        assert rebuild.differences(person=person, dates=dates) == []
        rebuild.forget_connection(person_id=person.pk, connection_id=PHONE_CONNECTION, now=NOON)
        Day.objects.filter(person=person).delete()
        CompleteWindow.objects.all().delete()  # also of a phone that has no samples left
    return outcomes


def test_an_id_listed_twice_counts_once_and_the_order_of_the_list_does_not_matter(alice):
    less, more = sample("w", 0, 10, 100), sample("w", 0, 10, 120)
    record(alice, samples=(less, more))
    assert steps_on(alice) == 120
    record(alice, at=1, samples=(more, less))
    assert steps_on(alice) == 120
    assert Sample.objects.count() == 1


@pytest.mark.parametrize("written", [None, -60])
def test_of_two_statements_as_old_as_each_other_the_one_received_later_holds(alice, written):
    for steps in (100, 60, 60, 80):
        record(alice, samples=(sample("w", 0, 10, steps, written=written),))
        assert steps_on(alice) == steps
    assert Report.objects.count() == 3


def test_of_two_totals_as_old_as_each_other_the_one_received_later_holds(alice):
    for steps in (100, 60, 60, 80):
        record(alice, buckets=(total(steps, source=MERGED), window(0, 60, steps)))
        assert steps_on(alice) == steps
    record(alice, buckets=(total(70, source=MERGED), total(90, source=MERGED)))
    assert steps_on(alice) == 90
    assert (Report.objects.count(), Bucket.objects.count()) == (4, 2)


def test_a_moved_sample_leaves_its_old_day_and_fills_the_new_one(alice):
    yesterday = TODAY - timedelta(days=1)
    record(alice, samples=(sample("w", -24 * 60, 10, 100),))
    assert (steps_on(alice, yesterday), steps_on(alice)) == (100, None)
    record(alice, at=1, samples=(sample("w", 0, 10, 100),))
    assert (steps_on(alice, yesterday), steps_on(alice)) == (None, 100)


def test_a_sample_that_changes_its_source_is_ranked_by_the_new_one(alice):
    phone = sample("p", 0, 10, 80, source=PHONE)
    record(alice, samples=(phone, sample("x", 0, 10, 50, source=PHONE)))
    before = steps_on(alice)
    record(alice, at=1, samples=(sample("x", 0, 10, 50),))
    assert (before, steps_on(alice)) == (80, 50)


def test_a_sample_moved_and_then_missing_stays_away_in_any_order(alice):
    """The older report knows it at another time; that it is gone by 12:05 concerns both."""
    assert in_every_order(
        alice,
        {"at": 0, "samples": (sample("w", 0, 10, 100),)},
        {"at": 3, "samples": (sample("w", 60, 10, 100),)},
        {"at": 5, "samples": (), "window": looked(55, 30)},
    ) == {None}


def test_a_sample_that_moved_out_of_a_window_is_not_missing_from_it_in_any_order(alice):
    assert in_every_order(
        alice,
        {"at": 4, "samples": (sample("w", 0, 10, 100),)},
        {"at": 6, "samples": (sample("w", 60, 10, 100),)},
        {"at": 7, "window": looked(-5, 30)},
    ) == {100}


def test_a_sample_that_moved_into_a_window_is_missing_from_it_in_any_order(alice):
    assert in_every_order(
        alice,
        {"at": 10, "samples": (sample("w", 60, 10, 100),)},
        {"at": 20, "samples": (sample("w", 0, 10, 100),)},
        {"at": 30, "window": looked(-5, 30)},
    ) == {None}


def test_a_void_statement_that_comes_again_writes_nothing(alice):
    old = {"at": 0, "samples": (sample("w", 0, 10, 100),)}
    record(alice, at=5, window=looked(-30, 60))
    record(alice, **old)
    before = Report.objects.count()
    record(alice, **old)
    assert (Report.objects.count(), Tombstone.objects.count()) == (before, 1)


def test_a_sample_missing_once_comes_back_with_a_newer_report(alice):
    record(alice, at=0, samples=(sample("w", 0, 10, 100),))
    record(alice, at=5, window=looked(-30, 60))
    assert steps_on(alice) is None
    assert not Tombstone.objects.get().final
    record(alice, at=3, samples=(sample("w", 0, 10, 100),))
    assert steps_on(alice) is None
    record(alice, at=9, samples=(sample("w", 0, 10, 100),))
    assert steps_on(alice) == 100


def test_a_deletion_is_for_good_also_after_it_was_only_missing(alice):
    record(alice, at=0, samples=(sample("w", 0, 10, 100),))
    record(alice, at=5, window=looked(-30, 60))
    record(alice, at=6, deleted=("w",))
    record(alice, at=9, samples=(sample("w", 0, 10, 100),))
    assert steps_on(alice) is None


def test_a_complete_window_as_old_as_a_sample_says_nothing_about_it(alice):
    assert in_every_order(
        alice,
        {"at": 0, "samples": (sample("w", 0, 10, 100),)},
        {"at": 0, "samples": (sample("v", 20, 10, 30),), "window": looked(-30, 90)},
    ) == {130}


def test_an_older_complete_window_leaves_newer_samples(alice):
    assert in_every_order(
        alice,
        {"at": 5, "samples": (sample("w", 0, 10, 100),)},
        {"at": 0, "window": looked(-30, 90)},
    ) == {100}


def test_a_sample_over_the_edge_of_a_window_is_not_missing_from_it(alice):
    record(alice, samples=(sample("w", 0, 20, 100),))
    record(alice, at=5, window=looked(10, 60))
    assert steps_on(alice) == 100


def test_a_listed_sample_that_cannot_be_taken_is_not_missing(alice):
    record(alice, samples=(sample("w", 0, 10, 100),))
    broken = sample("w", 0, 60 * 60, 100)
    found = record(alice, at=5, samples=(broken,), window=looked(-60, 240))
    assert [r.code for r in found.rejected] == ["in_the_future"]
    assert steps_on(alice) == 100


def test_sending_the_same_again_later_moves_nothing(alice):
    """Two overlapping samples of one source, their writing times untold: a repeat is no news."""
    first, second = sample("a", 0, 20, 200), sample("b", 10, 20, 50)
    record(alice, at=0, samples=(first,))
    record(alice, at=1, samples=(second,))
    before = steps_on(alice)
    for at, repeated in ((2, first), (3, second), (4, first)):
        record(alice, at=at, samples=(repeated,))
        assert steps_on(alice) == before


def test_an_instant_at_midnight_and_a_sample_until_midnight_keep_to_their_days(alice):
    """Berlin's 20 November ends at 23:00 UTC; what ends there has no part in the 21st."""
    midnight = NOON + timedelta(hours=11)
    late = NOON + timedelta(hours=20)
    before = sample("w", -10, 10, 100, since=midnight)
    instant = sample("p", 0, 0, 7, source=PHONE, since=midnight)
    record(alice, at=700, received_at=late, samples=(before, instant))
    tomorrow = TODAY + timedelta(days=1)
    assert (steps_on(alice), steps_on(alice, tomorrow)) == (100, 7)
    record(alice, at=701, received_at=late, deleted=("w",))
    assert (steps_on(alice), steps_on(alice, tomorrow)) == (None, 7)


def test_what_ends_at_midnight_does_not_silence_the_next_days_windows(alice):
    midnight = NOON - timedelta(hours=13)
    record(alice, samples=(sample("w", -10, 10, 100, since=midnight),))
    record(alice, at=1, buckets=(window(0, 60, 500),))
    assert steps_on(alice) == 500


def test_a_few_late_samples_are_part_of_a_day_total_and_not_all_of_it(alice):
    record(alice, at=0, buckets=(total(8000, source=MERGED),))
    record(alice, at=5, samples=(sample("w", 0, 10, 30),))
    assert steps_on(alice) == 8000
    record(alice, at=6, samples=(sample("v", 20, 60, 9000),))
    assert steps_on(alice) == 9030
    record(alice, at=7, buckets=(total(8100, source=MERGED),))
    assert steps_on(alice) == 8100


def test_confirming_a_day_total_lets_it_speak_again(alice):
    record(alice, at=0, buckets=(total(100, source=MERGED),))
    record(alice, at=5, samples=(sample("w", 0, 10, 130),))
    assert steps_on(alice) == 130
    record(alice, at=9, buckets=(total(100, source=MERGED),))
    assert steps_on(alice) == 100
    record(alice, at=12, samples=(sample("w", 0, 10, 130),))
    assert steps_on(alice) == 130


def test_hours_of_a_cloud_outgrow_its_total_until_the_total_is_confirmed(alice):
    hours = {"connection": CLOUD_CONNECTION, "phone": None}
    cloud(alice, total(100), at=0)
    record(alice, at=5, **hours, buckets=(window(0, 60, 130, source=total(1).source),))
    assert steps_on(alice) == 130
    cloud(alice, total(100), at=9)
    assert steps_on(alice) == 100
    assert rebuild.differences(person=alice, dates=[TODAY]) == []


def test_a_window_filed_under_another_date_than_before_is_still_the_same_window(alice):
    record(alice, buckets=(window(0, 60, 500),))
    elsewhere = window(0, 60, 600, day=TODAY + timedelta(days=1))
    record(alice, at=1, buckets=(elsewhere,))
    assert (steps_on(alice), Bucket.objects.count()) == (600, 1)


def test_a_window_that_begins_in_the_future_is_named(alice):
    buckets = (window(0, 60, 500), window(24 * 60, 60, 9), total(7, day=TODAY + timedelta(days=3)))
    found = record(alice, received_at=NOON, buckets=buckets)
    assert [(r.list, r.code) for r in found.rejected] == [("buckets", "in_the_future")] * 2
    assert steps_on(alice) == 500


def test_a_poll_that_says_the_same_again_writes_nothing_but_its_time(alice, statements):
    said = [total(700), total(900, day=TODAY - timedelta(days=1))]
    said += [window(60 * hour, 60, 100, source=CLOUD) for hour in range(2)]
    cloud(alice, *said)
    reports, changes = Report.objects.count(), DayChange.objects.count()
    statements.clear()
    assert cloud(alice, *said, at=15).changed == frozenset()
    words = [each.split()[0] for each in statements]
    assert [each for each in words if each not in {"SAVEPOINT", "RELEASE"}] == [
        *["SELECT"] * 3,
        "UPDATE",
    ]
    assert (Report.objects.count(), DayChange.objects.count()) == (reports, changes)
    assert set(Bucket.objects.values_list("as_of", flat=True)) == {NOON + timedelta(minutes=15)}
    assert not cloud(alice, total(650), at=10).changed
    assert cloud(alice, total(650), at=16).changed == {TODAY}


def test_saying_the_total_again_makes_it_newer_than_windows_that_came_since(alice):
    cloud(alice, total(700), window(0, 60, 100, source=CLOUD))
    cloud(alice, window(0, 60, 800, source=CLOUD), at=10)
    assert steps_on(alice) == 800
    assert cloud(alice, total(700), at=20).changed == {TODAY}
    assert steps_on(alice) == 700
    assert rebuild.differences(person=alice, dates=[TODAY]) == []
