"""Team scores: sum, averages, the best, a fixed divisor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges.kind import MOST
from challenges.kind_registry import kind_of
from challenges.team_rules import Mode, Part, TeamRules, problems_of, tally, tie_limit, words

STEPS, DAYS = kind_of("most_steps"), kind_of("daily_goal")
PARTS = [Part(100, 0, known=True), Part(50, 0, known=True), Part(0, 0, known=False)]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (TeamRules(), (150, 0)),
        (TeamRules(mode=Mode.AVERAGE_ALL), (50, 0)),
        (TeamRules(mode=Mode.AVERAGE_WITH_DATA), (75, 0)),
        (TeamRules(mode=Mode.BEST, number=1), (100, 0)),
        (TeamRules(mode=Mode.BEST, number=9), (150, 0)),
        (TeamRules(mode=Mode.FIXED_DIVISOR, number=4), (37, 500)),
    ],
)
def test_modes(rules, expected):
    assert tally(PARTS, STEPS, rules) == expected
    assert tally([], STEPS, rules) == (0, 0)


def test_a_fraction_of_an_average_decides():
    rules = TeamRules(mode=Mode.AVERAGE_ALL)
    more = tally([Part(10, 0, known=True), Part(11, 0, known=True)], STEPS, rules)
    assert more == (10, 500)
    assert more > tally([Part(10, 0, known=True)], STEPS, rules)


def test_where_days_are_counted_steps_break_ties_after_the_fraction():
    rules = TeamRules(mode=Mode.AVERAGE_ALL)
    light = tally([Part(3, 9000, known=True), Part(2, 9000, known=True)], DAYS, rules)
    heavy = tally([Part(3, 9500, known=True), Part(2, 9500, known=True)], DAYS, rules)
    assert light.score == heavy.score == 2
    assert light < heavy < tally([Part(3, 0, known=True)], DAYS, rules)


@given(
    parts=st.lists(
        st.builds(Part, st.integers(0, 400), st.integers(0, 10**9 - 1), st.booleans()),
        max_size=40,
    ),
    mode=st.sampled_from(Mode),
)
def test_a_standing_fits_a_sorted_set(parts, mode):
    rules = TeamRules(mode=mode, number=3)
    for kind in (STEPS, DAYS):
        score, tie = tally(parts, kind, rules)
        limit = tie_limit(kind, rules)
        assert 0 <= tie < limit
        assert score * limit + tie < MOST


@pytest.mark.parametrize(
    "bad",
    [
        {"mode": "best"},
        {"mode": "sum", "number": 3},
        {"mode": "fixed_divisor", "number": 0},
        {"mode": "luck"},
        {"largest": 0},
        {"x": 1},
        [],
        None,
    ],
)
def test_bad_rules_are_told(bad):
    assert len(problems_of(bad)) == 1


def test_good_rules():
    assert problems_of({}) == []
    assert problems_of({"mode": "best", "number": 5, "formed_by": "people", "largest": 8}) == []


def test_in_words():
    said = words(TeamRules(mode=Mode.BEST, number=5, formed_by="people", largest=8))
    assert said[0] == "A team's score is the sum of its 5 best members."
    assert "A team has 8 members at most." in said
    assert "stay" not in " ".join(said)
