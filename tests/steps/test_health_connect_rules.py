"""Health Connect's published way to aggregate, rule by rule, held against the bare sweep.

The platform sorts all record starts, ends and window borders; between neighbouring times the
highest-ranked open record alone contributes, in proportion to time.
"""

from fractions import Fraction

import pytest

from steps.sweep import SweepSample, sweep

NOT_LISTED = 1000


def rec(start, end, steps, *, rank=1, written=0, id=None, source=None):
    return SweepSample(
        id=id or f"{start}-{end}-{steps}-{rank}-{written}",
        source=source or f"app{rank}",
        rank=rank,
        start=start,
        end=end,
        steps=Fraction(steps),
        written=written,
    )


def totals(records, *borders):
    return [b.total if b.touched else None for b in sweep(records, borders or (0, 100))]


def test_only_the_highest_ranked_open_record_contributes():
    better, worse = rec(0, 40, 80, rank=1), rec(20, 60, 400, rank=2)
    assert totals([better, worse]) == [80 + 200]
    assert totals([worse, better]) == [280]


def test_a_record_contributes_in_proportion_to_its_time():
    assert totals([rec(0, 3, 10), rec(1, 2, 0, rank=0)], 0, 3) == [Fraction(20, 3)]


def test_a_short_better_record_inside_a_long_one_lowers_it():
    assert totals([rec(0, 60, 600, rank=2), rec(20, 30, 50, rank=1)]) == [550]


def test_several_windows_share_a_record_by_time():
    assert totals([rec(10, 50, 400)], 0, 20, 40, 60) == [100, 200, 100]


def test_a_window_contains_its_start_and_not_its_end():
    assert totals([rec(20, 20, 7)], 0, 20, 40) == [None, 7]
    assert totals([rec(40, 40, 7)], 0, 20, 40) == [None, None]
    assert totals([rec(0, 0, 7)], 0, 20) == [7]


def test_what_lies_outside_the_windows_does_not_count():
    assert totals([rec(-20, 20, 40), rec(90, 110, 40)], 0, 100) == [20 + 20]
    assert totals([rec(-30, -10, 40), rec(100, 120, 40)], 0, 100) == [None]


def test_a_window_that_nobody_spoke_of_is_null_and_one_with_zero_is_zero():
    assert totals([rec(0, 20, 0)], 0, 20, 40) == [0, None]
    assert totals([], 0, 20) == [None]


def test_a_record_that_ends_before_it_starts_is_ignored():
    backwards = rec(30, 20, 500, rank=0)
    assert totals([backwards], 0, 100) == [None]
    assert totals([backwards, rec(0, 40, 80)], 0, 100) == [80]


@pytest.mark.parametrize(
    ("loser", "winner"),
    [
        (rec(0, 10, 100, written=1), rec(0, 10, 60, written=2)),
        (rec(0, 10, 100), rec(2, 10, 60)),
        (rec(0, 10, 100), rec(0, 12, 60)),
        (rec(0, 10, 60), rec(0, 10, 100)),
        (rec(0, 10, 60, id="a"), rec(0, 10, 60, id="b", source="other")),
    ],
    ids=["later modified", "later start", "later end", "larger value", "id, so that it is stable"],
)
def test_equal_rank_is_decided_in_this_order(loser, winner):
    for order in ([loser, winner], [winner, loser]):
        found = sweep(order, (2, 10))[0]
        assert found.total == Fraction(8, winner.end - winner.start) * winner.steps
        assert set(found.by_source) == {winner.source}


def test_each_tie_rule_yields_to_the_one_before_it():
    earlier_but_modified_later = rec(0, 10, 10, written=9)
    assert totals([earlier_but_modified_later, rec(5, 20, 900, written=1)], 5, 10) == [5]
    later_start = rec(5, 10, 10)
    assert totals([later_start, rec(0, 20, 900)], 5, 10) == [10]
    later_end = rec(0, 20, 10)
    assert totals([later_end, rec(0, 10, 900)], 0, 10) == [5]


def test_rank_beats_every_tie_rule():
    best = rec(0, 10, 10, rank=1, written=0)
    assert totals([best, rec(0, 20, 900, rank=2, written=99)], 0, 10) == [10]


def test_two_records_of_one_app_overlap_like_any_others():
    first = rec(0, 10, 100, written=1, source="samsung")
    second = rec(5, 15, 80, written=2, source="samsung")
    assert totals([first, second]) == [50 + 80]
    assert totals([rec(0, 10, 100, written=3, source="samsung"), second]) == [100 + 40]


def test_sources_not_on_the_list_take_part_with_the_lowest_rank():
    listed, unlisted = rec(0, 10, 100, rank=3), rec(5, 15, 80, rank=NOT_LISTED, written=99)
    assert totals([listed, unlisted]) == [100 + 40]
    assert totals([unlisted]) == [80]


@pytest.mark.parametrize(
    ("others", "counted"),
    [
        ([], 7),
        ([rec(40, 60, 20, rank=2)], 7 + 20),
        ([rec(40, 60, 20, rank=0)], 20),
        ([rec(40, 50, 20, rank=0)], 20),
        ([rec(50, 60, 20, rank=0)], 20),
        ([rec(40, 49, 20, rank=0)], 7 + 20),
        ([rec(51, 60, 20, rank=0)], 7 + 20),
        ([rec(50, 50, 9, rank=0)], 9),
        ([rec(50, 50, 9, rank=2)], 7),
        ([rec(50, 50, 9, rank=1)], 9),
    ],
    ids=[
        "alone",
        "over a worse record, which keeps its whole time",
        "under a better record",
        "a better record that ends just then is still open",
        "a better record that starts just then is open",
        "a better record that has ended",
        "a better record that has yet to start",
        "a better instant",
        "a worse instant",
        "an equal instant, larger value",
    ],
)
def test_a_record_without_length_counts_whole_when_it_is_the_best_one_open(others, counted):
    assert totals([rec(50, 50, 7), *others]) == [counted]


def test_an_instant_on_a_border_belongs_to_the_later_window_whoever_ended_before():
    ended = rec(10, 20, 30, rank=0)
    assert totals([rec(20, 20, 7), ended], 0, 20, 40) == [30, None]
    assert totals([rec(20, 20, 7, rank=0), rec(10, 20, 30, rank=1)], 0, 20, 40) == [30, 7]


def test_many_hidden_behind_one_come_back_when_it_ends():
    stack = [rec(n, 100 - n, 100 - 2 * n, rank=10 - n) for n in range(5)]
    assert totals(stack) == [100]
    assert totals([rec(0, 100, 50, rank=0), *stack], 0, 100) == [50]
