"""Windows are replaced: the day is that of the newest statements, whatever order they came in."""

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from steps import ledger, rebuild, sources
from steps.derive import derive
from steps.models import Bucket, Day, DayChange, Report, Sample, Source
from tests.factories import NOON
from tests.steps.statements import (
    CLOUD_CONNECTION,
    PHONE,
    PHONE_CONNECTION,
    TODAY,
    WATCH,
    delivery,
    looked,
    record,
    sample,
    steps_on,
    total,
)

pytestmark = pytest.mark.django_db

OVERLAP = (sample("w", 0, 10, 100), sample("p", 5, 10, 80, source=PHONE))


def test_overlapping_sources_are_swept_and_a_repeat_writes_nothing(
    alice, django_assert_max_num_queries
):
    first = record(alice, samples=OVERLAP)
    assert (first.accepted, first.unchanged, steps_on(alice)) == (2, 0, 140)
    reports = Report.objects.count()
    with django_assert_max_num_queries(12):
        again = record(alice, samples=OVERLAP)
    assert (again.accepted, again.unchanged, again.changed) == (0, 2, frozenset())
    assert again.touched == {TODAY}
    assert Report.objects.count() == reports
    assert DayChange.objects.filter(person=alice).count() == 1


def test_a_corrected_sample_replaces_its_older_statement_up_or_down(alice):
    record(alice, samples=OVERLAP)
    corrected = sample("p", 5, 10, 120, source=PHONE)
    record(alice, at=5, samples=(corrected,))
    assert steps_on(alice) == 160
    record(alice, at=9, samples=(sample("p", 5, 10, 20, source=PHONE),))
    assert steps_on(alice) == 110


def test_a_deleted_sample_disappears_and_stays_away_when_it_comes_again(alice):
    record(alice, samples=OVERLAP)
    record(alice, at=1, deleted=("w",))
    assert steps_on(alice) == 80
    record(alice, at=2, samples=OVERLAP)
    assert steps_on(alice) == 80


def test_a_deletion_that_overtakes_its_sample_still_holds(alice):
    record(alice, at=1, deleted=("w",))
    record(alice, samples=OVERLAP)
    assert steps_on(alice) == 80


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_statement_of_a_day_total_holds_in_any_order(alice, order):
    statements = [(0, 5000), (10, 9000), (20, 7000)]
    for place in order:
        at, steps = statements[place]
        record(alice, at=at, buckets=(total(steps),))
    assert steps_on(alice) == 7000
    assert Bucket.objects.filter(person=alice).count() == 1


def test_a_confirmed_total_is_not_undone_by_an_older_one_that_comes_late(alice):
    record(alice, at=0, buckets=(total(100),))
    record(alice, at=20, buckets=(total(100),))
    record(alice, at=10, buckets=(total(90),))
    assert steps_on(alice) == 100


def test_a_complete_window_removes_what_the_phone_no_longer_lists(alice):
    record(alice, samples=OVERLAP)
    window = looked(0, 24 * 60, since=NOON - timedelta(days=1))
    record(alice, at=5, samples=(OVERLAP[1],), window=window)
    assert steps_on(alice) == 80
    assert list(Sample.objects.values_list("external_id", flat=True)) == ["p"]


def test_an_old_upload_cannot_bring_back_what_a_newer_complete_window_removed(alice):
    window = looked(0, 24 * 60, since=NOON - timedelta(days=1))
    record(alice, at=5, samples=(OVERLAP[1],), window=window)
    record(alice, at=0, samples=OVERLAP)
    assert steps_on(alice) == 80


def test_a_complete_window_of_another_phone_leaves_this_phones_samples(alice):
    record(alice, samples=OVERLAP)
    window = looked(0, 24 * 60, since=NOON - timedelta(days=1))
    other = replace(delivery(alice, at=5, window=window), installation_id=uuid.UUID(int=8))
    ledger.record(other, why="test")
    assert steps_on(alice) == 140


def test_hand_typed_steps_are_kept_apart(alice):
    typed = sample("m", 60, 30, 3000, manual=True)
    record(alice, samples=(*OVERLAP, typed))
    day = Day.objects.get(person=alice, date=TODAY)
    assert (day.steps, day.steps_with_manual) == (140, 3140)


def test_samples_that_cannot_be_true_are_named_and_lose_no_other(alice):
    future = sample("f", 24 * 60, 10, 50)
    old = sample("o", -500 * 24 * 60, 10, 50)
    long = sample("l", -3 * 24 * 60, 60 * 60, 50)
    recorded = record(alice, samples=(*OVERLAP, future, old, long))
    assert [r.code for r in recorded.rejected] == ["in_the_future", "too_old", "too_long"]
    assert (recorded.accepted, steps_on(alice)) == (2, 140)


def test_channels_never_add_up_and_the_person_decides(alice):
    record(alice, samples=OVERLAP)
    record(alice, at=1, connection=CLOUD_CONNECTION, buckets=(total(9000),))
    assert steps_on(alice) == 9000
    watch = Source.objects.get(person=alice, key=WATCH.key)
    sources.reorder(person_id=alice.pk, ids=[watch.pk], now=NOON)
    moved = rebuild.open_days(person_id=alice.pk, why="source_order_changed", now=NOON)
    assert (moved, steps_on(alice)) == ({TODAY}, 140)
    assert DayChange.objects.filter(person=alice).latest("pk").why == "source_order_changed"


def test_somebody_elses_source_cannot_be_ordered(alice, bob):
    record(bob, samples=OVERLAP)
    foreign = Source.objects.filter(person=bob).first()
    with pytest.raises(sources.UnknownSource):
        sources.reorder(person_id=alice.pk, ids=[foreign.pk], now=NOON)


def test_forgetting_a_connection_erases_its_readings_and_makes_days_unknown(alice):
    record(alice, samples=OVERLAP)
    moved = rebuild.forget_connection(person_id=alice.pk, connection_id=PHONE_CONNECTION, now=NOON)
    assert (moved, steps_on(alice)) == ({TODAY}, None)
    assert not Sample.objects.filter(person=alice).exists()


def test_moving_house_never_rewrites_past_days(alice):
    record(alice, samples=OVERLAP)
    alice.timezone = "Pacific/Auckland"
    alice.save()
    record(alice, at=5, samples=(sample("w2", 20, 10, 50),))
    assert Day.objects.get(person=alice, date=TODAY).steps == 140 + 50


def test_rebuilt_equals_kept(alice):
    record(alice, samples=(*OVERLAP, sample("m", 60, 30, 3000, manual=True)))
    record(alice, at=3, buckets=(total(4000, day=TODAY - timedelta(days=1)),))
    kept = {day.date: (day.steps, day.steps_with_manual) for day in alice.days.all()}
    rebuilt = {
        d.date: (d.result.steps, d.with_manual.steps) for d in derive(person=alice, dates=set(kept))
    }
    assert rebuilt == kept
    assert len(kept) == 2
