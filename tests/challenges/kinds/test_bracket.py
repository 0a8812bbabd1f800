from dataclasses import replace
from datetime import date

import pytest

from challenges.kinds.bracket import KIND, BracketSettings, drawn, pairs, rounds_in, week_of
from tests.challenges.kinds.frames import FRAME, walked

SETTINGS = BracketSettings()


def test_the_week_at_hand_breaks_ties():
    days = walked(*[100] * 7, *[200] * 7, *[400] * 14)
    standings = [KIND.tally(days, SETTINGS, replace(FRAME, rounds_won=n)) for n in range(5)]
    assert standings == [(0, 700), (1, 1400), (2, 2800), (3, 2800), (4, 2800)]


def test_weeks():
    assert rounds_in(FRAME) == 4
    assert week_of(0, FRAME) == (date(2026, 11, 2), date(2026, 11, 8))
    assert week_of(3, FRAME)[1] == FRAME.ends_on


@pytest.mark.parametrize("last", [date(2026, 11, 28), date(2027, 11, 28)])
def test_whole_weeks_and_not_too_many(last):
    assert KIND.problems(SETTINGS, replace(FRAME, ends_on=last))


def test_the_draw_is_anybodys_to_check_and_nobodys_to_choose():
    people = list(range(40))
    assert drawn(people, "a") == drawn(reversed(people), "a")
    assert sorted(drawn(people, "a")) == people
    assert drawn(people, "a") != drawn(people, "b") != people


@pytest.mark.parametrize(
    ("entrants", "expected"),
    [([], []), ([1], [(1, None)]), ([1, 2], [(1, 2)]), ([1, 2, 3], [(1, 2), (3, None)])],
)
def test_neighbours_meet(entrants, expected):
    assert pairs(entrants) == expected
