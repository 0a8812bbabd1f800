"""Raw samples are folded after a while: every number stays, late samples are refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from steps import rebuild, retention
from steps.days import LATE_DATA_DAYS
from steps.derive import derive
from steps.facts import FactsOfPerson
from steps.folding import fold, folds_true, whole
from steps.models import CompleteWindow, Day, FoldedDay, Sample, Source, Tombstone
from sync import tasks
from tests.factories import NOON
from tests.steps.statements import (
    MERGED,
    PHONE,
    TODAY,
    WATCH,
    looked,
    record,
    sample,
    steps_on,
    total,
    window,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=91)


@pytest.fixture
def days_kept(alice):
    """Return what is kept and explained of every day of Alice."""

    def read():
        alice.refresh_from_db()
        dates = rebuild.days_known(person=alice, first=None, last=None)
        assert rebuild.differences(person=alice, dates=dates) == []
        return {
            each.date: (
                each.result.steps,
                each.with_manual.steps,
                each.result.hours,
                each.result.source_id,
                each.result.excluded,
            )
            for each in derive(person=alice, dates=dates)
        }

    return read


def busy_days(person):
    """Overlaps, thirds, hand-typed steps, too fast ones, midnight, a day total and windows."""
    midnight = NOON + timedelta(hours=11)
    record(
        person,
        at=700,
        received_at=NOON + timedelta(hours=20),
        samples=(
            sample("w", 0, 7, 100),
            sample("w2", 55, 7, 101),
            sample("p", 5, 13, 80, source=PHONE),
            sample("m", 100, 30, 3000, manual=True),
            sample("m2", 6, 8, 500, manual=True, source=PHONE),
            sample("f", 200, 10, 5000),
            sample("night", -10, 30, 77, since=midnight),
            sample("back", -24 * 60, 7, 100),
        ),
        buckets=(total(90, source=MERGED, day=TODAY - timedelta(days=1)), window(300, 60, 40)),
    )


def fold_alice(person, now=LATER):
    return retention.fold_person(person_id=person.pk, now=now)


def test_a_folded_day_stays_what_it_was_in_every_number(alice, days_kept):
    busy_days(alice)
    before = days_kept()
    assert len(before) == 3
    assert fold_alice(alice, NOON + timedelta(days=93)) == 3
    assert not Sample.objects.exists()
    assert days_kept() == before
    assert Source.objects.get(key=WATCH.key).folded_before == TODAY + timedelta(days=3)


def test_what_reaches_over_the_horizon_stays_until_its_second_day_is_folded(alice, days_kept):
    busy_days(alice)
    before = days_kept()
    fold_alice(alice, NOON + timedelta(days=91))
    assert set(Sample.objects.values_list("external_id", flat=True)) == {"night"}
    assert days_kept() == before
    fold_alice(alice, NOON + timedelta(days=93))
    assert not Sample.objects.exists()
    assert days_kept() == before


def test_folding_again_or_with_nothing_to_fold_does_nothing(alice, bob, days_kept):
    busy_days(alice)
    fold_alice(alice, NOON + timedelta(days=93))
    before, rows = days_kept(), FoldedDay.objects.count()
    assert fold_alice(alice, NOON + timedelta(days=120)) == 0
    assert (days_kept(), FoldedDay.objects.count()) == (before, rows)
    assert fold_alice(bob) == 0


def test_open_days_are_never_folded(alice):
    busy_days(alice)
    assert fold_alice(alice, NOON + timedelta(days=LATE_DATA_DAYS)) == 0
    assert Sample.objects.count() == 8


def test_late_samples_of_folded_days_are_named_and_change_nothing(alice):
    record(alice, samples=(sample("w", 0, 10, 100),))
    fold_alice(alice)
    late = sample("x", 20, 10, 900), sample("w", 0, 10, 900)
    found = record(alice, at=91 * 24 * 60, samples=late)
    assert [r.code for r in found.rejected] == ["too_old", "too_old"]
    assert (found.accepted, steps_on(alice)) == (0, 100)


def test_a_newer_day_total_still_speaks_for_a_folded_day(alice, days_kept):
    record(alice, samples=(sample("w", 0, 10, 100),))
    fold_alice(alice)
    record(alice, at=60, buckets=(total(700, source=MERGED),))
    assert steps_on(alice) == 700
    days_kept()


def test_findings_about_samples_outlive_them(alice):
    record(alice, samples=(sample("f", 0, 10, 5000), sample("w", 60, 10, 100)))
    fold_alice(alice)
    record(alice, at=60, buckets=(total(700, source=MERGED),))
    assert alice.findings.get().cleared_at is None
    assert steps_on(alice) == 700


def test_forgetting_a_connection_forgets_what_was_folded(alice):
    record(alice, samples=(sample("w", 0, 10, 100),))
    connection = Sample.objects.get().connection_id
    fold_alice(alice)
    rebuild.forget_connection(person_id=alice.pk, connection_id=connection, now=LATER)
    assert (steps_on(alice), FoldedDay.objects.count()) == (None, 0)


def test_a_hidden_source_is_folded_with_what_it_said(alice, days_kept):
    record(alice, samples=(sample("w", 0, 10, 100), sample("p", 5, 10, 80, source=PHONE)))
    Source.objects.filter(key=WATCH.key).update(hidden=True)
    rebuild.open_days(person_id=alice.pk, why="test", now=NOON)
    fold_alice(alice)
    derived = derive(person=alice, dates=[TODAY])[0]
    shares = {(s.reported, s.counted, s.reason) for s in derived.result.shares}
    assert shares == {(100, 0, "hidden_by_you"), (80, 80, "counted")}
    days_kept()


def test_a_day_of_which_everything_is_hidden_is_folded_too(alice, days_kept):
    record(alice, samples=(sample("w", 0, 10, 100),))
    Source.objects.update(hidden=True)
    rebuild.open_days(person_id=alice.pk, why="test", now=NOON)
    before = days_kept()
    assert fold_alice(alice) == 1
    assert not Sample.objects.exists()
    assert days_kept() == before


def test_what_was_left_out_stays_with_a_source_that_is_shown(alice, days_kept):
    typed = (
        sample("m", 60, 30, 3000, manual=True),
        sample("n", 60, 30, 30, source=PHONE, manual=True),
    )
    record(alice, samples=(sample("w", 0, 10, 100), sample("p", 5, 10, 80, source=PHONE), *typed))
    first = min(Source.objects.all(), key=lambda source: str(source.pk))
    Source.objects.filter(pk=first.pk).update(hidden=True)
    rebuild.open_days(person_id=alice.pk, why="test", now=NOON)
    before = days_kept()
    assert fold_alice(alice) == 1
    assert days_kept() == before


def test_what_a_hidden_source_said_later_does_not_make_a_folded_day_newer(alice, days_kept):
    record(alice, at=1, samples=(sample("p", 0, 10, 500, source=PHONE),))
    record(alice, at=2, buckets=(total(90, source=MERGED),))
    record(alice, at=3, samples=(sample("w", 0, 10, 100),))
    Source.objects.filter(key=WATCH.key).update(hidden=True)
    rebuild.open_days(person_id=alice.pk, why="test", now=NOON)
    before = days_kept()
    assert steps_on(alice) == 90
    assert fold_alice(alice) == 1
    assert days_kept() == before


def test_what_was_imported_only_fills_gaps_also_once_it_is_folded(alice, days_kept):
    export = replace(WATCH, key="export:Watch|Watch7,5")
    record(alice, samples=(sample("i", 0, 10, 9000, source=export), sample("w", 0, 10, 100)))
    record(alice, samples=(sample("i2", -24 * 60, 10, 70, source=export),))
    fold_alice(alice)
    assert (steps_on(alice, TODAY - timedelta(days=1)), steps_on(alice)) == (70, 100)
    derived = derive(person=alice, dates=[TODAY])[0]
    shares = {(s.reported, s.counted, s.reason) for s in derived.result.shares}
    assert shares == {(100, 100, "counted"), (9000, 0, "only_fills_gaps")}
    days_kept()


def test_a_day_that_would_not_come_out_the_same_keeps_its_samples(alice, monkeypatch, caplog):
    record(alice, samples=(sample("w", 0, 10, 100), sample("b", -24 * 60, 10, 50)))
    monkeypatch.setattr(
        retention, "folds_true", lambda facts, folded: facts.borders[0].day != NOON.day - 1
    )
    assert fold_alice(alice) == 1
    assert set(Sample.objects.values_list("external_id", flat=True)) == {"w"}
    assert (steps_on(alice), FoldedDay.objects.count()) == (100, 1)
    assert "does not fold true" in caplog.text


def test_beats_task_folds_whoever_is_due_and_then_nobody(alice, bob, time_machine):
    record(alice, samples=(sample("w", 0, 10, 100),))
    time_machine.move_to(NOON + timedelta(days=98), tick=False)
    assert tasks.fold_old_samples() == 1
    assert tasks.fold_old_samples() == 0
    assert not Sample.objects.exists()
    assert retention.due(now=NOON + timedelta(days=98), limit=10) == []
    assert retention.due(now=NOON + timedelta(days=108), limit=10) == [alice.pk]


def test_what_guards_samples_goes_with_them(alice):
    record(alice, deleted=("x",), window=looked(0, 60))
    retention.drop_guards(now=NOON + timedelta(days=90))
    assert (Tombstone.objects.count(), CompleteWindow.objects.count()) == (1, 1)
    retention.drop_guards(now=NOON + timedelta(days=98))
    assert (Tombstone.objects.count(), CompleteWindow.objects.count()) == (0, 0)


samples = st.lists(
    st.builds(
        lambda name, minute, minutes, thirds, source, manual: sample(
            f"s{name}", minute, minutes, Decimal(thirds) / 4, source=source, manual=manual
        ),
        st.integers(0, 10**6),
        st.integers(-200, 200),
        st.integers(0, 300),
        st.integers(0, 900),
        st.sampled_from([WATCH, PHONE]),
        st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda s: s.external_id,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    samples,
    st.none() | st.integers(0, 900),
    st.lists(st.tuples(st.integers(-1, 1), st.integers(-3, 4), st.integers(0, 900)), max_size=4),
)
def test_any_day_folds_true(alice, taken, day_total, hours):
    Day.objects.all().delete()
    Source.objects.all().delete()
    late = NOON + timedelta(hours=12)
    record(alice, at=0, received_at=late, samples=tuple(taken))
    if day_total is not None:
        record(alice, at=-1, received_at=late, buckets=(total(day_total, source=MERGED),))
    for at, hour, steps in hours:
        record(alice, at=at, received_at=late, buckets=(window(60 * hour, 60, steps),))
    dates = rebuild.days_known(person=alice, first=None, last=None)
    facts = FactsOfPerson(alice, dates)
    for day in dates:
        known = facts.on(day)
        assert folds_true(known, fold(known))
    kept = {day.date: (day.steps, day.steps_with_manual) for day in alice.days.all()}
    fold_alice(alice, NOON + timedelta(days=95))
    assert {d.date: (d.steps, d.steps_with_manual) for d in alice.days.all()} == kept
    assert rebuild.differences(person=alice, dates=dates) == []
    assert not Sample.objects.exists()


def test_nothing_swept_folds_to_nothing():
    assert whole([]) == {}
