"""Medians, ratios and whether a goal is met."""

import pytest

from bench.outcome import Row, at_least, at_most


def row(values, floors=(), goal=None):
    return Row(name="walk", unit="steps/s", values=values, floors=floors, goal=goal)


def test_value_and_floor_are_medians():
    found = row((10.0, 30.0, 20.0), (90.0, 50.0, 70.0))
    assert (found.value, found.floor) == (20.0, 70.0)


def test_the_ratio_is_the_median_of_the_runs_own_ratios():
    drifting = row((10.0, 100.0, 1000.0), (20.0, 200.0, 1000.0))
    assert drifting.ratio == 0.5


def test_spread_tells_how_far_runs_lie_apart():
    assert row((9.0, 10.0, 12.0)).spread == pytest.approx(0.3)
    assert row((0.0, 0.0)).spread == 0


def test_as_many_floors_as_values():
    with pytest.raises(ValueError, match="shorter"):
        assert row((1.0, 2.0), (1.0,)).ratio


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        (at_least(0.5), 49.0, False),
        (at_least(0.5), 50.0, True),
        (at_most(0.5), 50.0, True),
        (at_most(0.5), 51.0, False),
        (at_least(60, absolute=True), 59.0, False),
        (at_most(60, absolute=True), 60.0, True),
    ],
)
def test_goals(goal, value, met):
    assert row((value,), (100.0,), goal).met is met


def test_without_a_floor_a_goal_for_the_ratio_is_missed():
    assert row((1.0,), (), at_most(2)).met is False


def test_a_floor_of_nothing_makes_no_division_by_zero():
    assert row((1.0,), (0.0,), at_most(2)).met is False


def test_without_a_goal_nothing_is_met_or_missed():
    assert row((1.0,), (2.0,)).met is None
