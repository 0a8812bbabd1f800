"""The rules of plausibility on bare samples: where each begins to strike and where it does not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps import plausibility
from steps.day_facts import BucketFact, DayFacts, SampleFact, SourceFact
from steps.merge import merge_day
from steps.ticks import ticks
from users.calendar import LocalCalendar

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def fact(second, seconds, steps, *, source="watch", manual=False, id=None):
    start = START + timedelta(seconds=second)
    return SampleFact(
        id=id or f"{source}{second}",
        source_id=source,
        start=ticks(start),
        end=ticks(start + timedelta(seconds=seconds)),
        steps=1000 * steps,
        manual=manual,
        written_at=ticks(START),
        as_of=ticks(START),
    )


def window(minute, minutes, steps, *, source="phone", manual=0):
    start = START + timedelta(minutes=minute)
    return BucketFact(
        source_id=source,
        whole_day=False,
        start=ticks(start),
        end=ticks(start + timedelta(minutes=minutes)),
        steps=1000 * steps,
        manual_steps=1000 * manual,
        as_of=ticks(START),
    )


def facts(*samples, hidden=(), windows=()):
    sources = [
        SourceFact(
            id=name,
            connection_id="phone",
            kind=name,
            channel="raw",
            position=None,
            hidden=name in hidden,
            first_seen_at=START,
        )
        for name in ("watch", "phone")
    ]
    borders = LocalCalendar(ZoneInfo("UTC")).hour_borders(START.date())
    return DayFacts(borders=borders, sources=sources, samples=samples, buckets=windows)


def codes(*samples, steps=1000, **known):
    return {s.code.value for s in plausibility.examine(facts(*samples, **known), steps=steps)}


@pytest.mark.parametrize(
    ("samples", "struck"),
    [
        ([fact(0, 600, 1900)], set()),
        ([fact(0, 60, 240)], set()),
        ([fact(0, 60, 241)], {"cadence_implausible"}),
        ([fact(0, 59, 240)], set()),
        ([fact(0, 30, 130)], set()),
        ([fact(0, 30, 130), fact(30, 30, 130)], {"cadence_implausible"}),
        ([fact(0, 30, 130), fact(40, 30, 130)], set()),
        ([fact(0, 30, 130), fact(30, 30, 130, source="phone")], set()),
        ([fact(0, 0, 240)], set()),
        ([fact(0, 0, 241)], {"cadence_implausible"}),
        ([fact(0, 10, 50)], set()),
        ([fact(0, 10, 51)], {"cadence_impossible"}),
        ([fact(0, 9, 51)], set()),
        ([fact(0, 5, 26), fact(5, 5, 26)], {"cadence_impossible"}),
        ([fact(n, 0, 1) for n in range(60)], set()),
        ([fact(0, 60, 5000, manual=True)], set()),
    ],
)
def test_cadence(samples, struck):
    assert codes(*samples) == struck


@pytest.mark.parametrize(
    ("samples", "struck"),
    [
        ([fact(60 * n, 60, 100) for n in range(31)], {"metronome"}),
        ([fact(60 * n, 60, 100) for n in range(30)], set()),
        ([fact(60 * n, 60, 100 + n % 2) for n in range(60)], set()),
        ([fact(65 * n, 60, 100) for n in range(60)], set()),
        ([fact(60 * n, 60, 0) for n in range(60)], set()),
        ([fact(1200 * n, 1200, 900) for n in range(3)], set()),
        ([fact(60 * n, 60, 100, manual=True) for n in range(60)], set()),
    ],
)
def test_metronome(samples, struck):
    assert codes(*samples) == struck


@pytest.mark.parametrize(
    ("steps", "struck"),
    [
        (None, set()),
        (40_000, set()),
        (40_001, {"day_high"}),
        (100_000, {"day_high"}),
        (100_001, {"day_very_high"}),
    ],
)
def test_a_day_is_rare_or_to_be_held(steps, struck):
    assert codes(steps=steps) == struck


def test_what_a_hidden_source_says_is_nobodys_business():
    assert codes(fact(0, 60, 5000), hidden=("watch",)) == set()


@pytest.mark.parametrize(
    ("said", "struck"),
    [
        (window(0, 60, 14_400), set()),
        (window(0, 60, 14_401), {"cadence_implausible"}),
        (window(0, 60, 18_000), {"cadence_implausible"}),
        (window(0, 60, 18_001), {"cadence_impossible"}),
        (window(0, 60, 30_000, manual=16_000), set()),
        (window(0, 15, 5_000), {"cadence_impossible"}),
        (window(-24 * 60, 60, 30_000), set()),
        (window(0, 60, 30_000, source="watch"), set()),
    ],
)
def test_a_merged_window_is_judged_by_what_was_measured_in_it(said, struck):
    assert codes(windows=[said], hidden=("watch",)) == struck


def test_hours_that_are_all_alike_are_no_metronome():
    assert codes(windows=[window(60 * n, 60, 500) for n in range(12)]) == set()


def test_evidence_shows_the_fastest_few_and_counts_them_all():
    found = plausibility.examine(facts(*(fact(100 * n, 60, 400 + n) for n in range(9))), steps=1)
    assert [s.code.value for s in found] == ["cadence_impossible"]
    evidence = found[0].evidence
    assert evidence["samples"] == 9
    assert [each["per_minute"] for each in evidence["worst"]] == [408, 407, 406, 405, 404]


def test_what_no_human_walks_is_named_and_never_cut_silently():
    impossible = fact(0, 60, 5000)
    day = merge_day(facts(impossible), count_manual=False)
    assert (day.steps, day.excluded) == (5000, ())
    (named,) = plausibility.examine(facts(impossible), steps=5000)
    assert (named.code, named.severity) == ("cadence_impossible", "hold")


def test_hand_typed_steps_that_count_are_not_judged_by_their_pace():
    typed = fact(0, 60, 3000, manual=True)
    assert merge_day(facts(typed), count_manual=True).steps == 3000


@given(
    st.lists(
        st.builds(
            fact,
            st.integers(0, 3600),
            st.integers(0, 120),
            st.integers(0, 300),
            source=st.sampled_from(["watch", "phone"]),
        ),
        max_size=10,
        unique_by=lambda s: s.id,
    ),
    st.randoms(),
)
def test_the_same_samples_are_named_in_any_order(samples, random):
    shuffled = list(samples)
    random.shuffle(shuffled)
    assert plausibility.impossible(shuffled) == plausibility.impossible(samples)
