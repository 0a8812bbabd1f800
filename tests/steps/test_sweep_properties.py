"""What holds for any samples whatever: order, bounds, hours that add up to the day."""

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from steps.merge import whole_hours
from steps.sweep import SweepSample, sweep

DAY = 240
HOURS = list(range(0, DAY + 1, 10))


@st.composite
def sweep_samples(draw):
    start = draw(st.integers(-30, DAY + 10))
    source = draw(st.integers(1, 4))
    return SweepSample(
        id=str(draw(st.integers(0, 10**6))),
        source=f"s{source}",
        rank=source,
        start=start,
        end=start + draw(st.integers(0, 80)),
        steps=Fraction(draw(st.integers(0, 500))),
        written=draw(st.integers(0, 2)),
    )


days = st.lists(sweep_samples(), max_size=12, unique_by=lambda s: s.id)


def total(samples, borders=(0, DAY)):
    return sum((bucket.total for bucket in sweep(samples, borders)), Fraction(0))


def lengthy(samples):
    return [s for s in samples if s.start < s.end]


@given(days, st.randoms())
def test_the_order_in_which_samples_come_does_not_matter(samples, random):
    shuffled = list(samples)
    random.shuffle(shuffled)
    assert sweep(shuffled, HOURS) == sweep(samples, HOURS)


@given(days)
def test_hours_add_up_to_the_day_exactly_and_in_whole_steps(samples):
    swept = sweep(samples, HOURS)
    hours = [bucket.total for bucket in swept]
    assert sum(hours, Fraction(0)) == total(samples)
    assert sum(whole_hours(swept)) == floor(total(samples))
    assert all(
        abs(whole - exact) < 1 for whole, exact in zip(whole_hours(swept), hours, strict=True)
    )


def inside(sample):
    """Steps of a sample that fall into the day."""
    if sample.start == sample.end:
        return sample.steps if 0 <= sample.start < DAY else Fraction(0)
    length = min(sample.end, DAY) - max(sample.start, 0)
    return sample.steps * Fraction(max(length, 0), sample.end - sample.start)


@given(days)
def test_a_day_never_exceeds_the_plain_sum(samples):
    assert total(samples) <= sum((inside(s) for s in samples), Fraction(0))


@given(days)
def test_a_day_never_falls_below_what_the_best_source_alone_makes(samples):
    """Nothing can cover the best source: all that it makes by itself counts."""
    best = [s for s in samples if s.rank == min(x.rank for x in samples)]
    assert total(samples) >= total(best)


@given(days, st.integers(1, 4))
def test_a_worse_source_takes_nothing_from_a_better_one(samples, rank):
    """So a source always keeps what no better source covers, whoever else speaks."""
    better = [s for s in samples if s.rank <= rank]
    names = {s.source for s in better}
    among_all = sweep(samples, (0, DAY))[0].by_source
    alone = sweep(better, (0, DAY))[0].by_source
    assert {k: v for k, v in among_all.items() if k in names} == alone


@given(days, st.integers(1, DAY - 1))
def test_cutting_a_day_in_two_loses_and_doubles_nothing(samples, border):
    halves = sweep(samples, (0, border, DAY))
    assert halves[0].total + halves[1].total == total(samples)


@given(days, sweep_samples(), st.integers(1, 79))
def test_a_sample_sent_in_two_slices_of_even_pace_is_the_same_walk(samples, whole, cut):
    """Pro rata means that a source may slice its intervals as it likes."""
    alone = SweepSample(
        id="whole",
        source="only",
        rank=0,
        start=whole.start,
        end=whole.start + 80,
        steps=whole.steps,
        written=0,
    )
    slices = [
        SweepSample(
            id=name,
            source="only",
            rank=0,
            start=alone.start + begin,
            end=alone.start + end,
            steps=alone.steps * Fraction(end - begin, 80),
            written=0,
        )
        for name, begin, end in (("a", 0, cut), ("b", cut, 80))
    ]
    assert total([*lengthy(samples), alone]) == total([*lengthy(samples), *slices])
