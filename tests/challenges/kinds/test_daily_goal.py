import pytest

from challenges.kinds.daily_goal import KIND, DailyGoalSettings, longest_row
from tests.challenges.kinds.frames import FRAME, START, walked


def tally(*steps, **settings):
    return KIND.tally(walked(*steps), DailyGoalSettings(goal=1000, **settings), FRAME)


def test_days_that_meet_the_goal():
    assert tally(1000, 999, 0, 5000) == (2, 6999)


def test_the_total_breaks_ties():
    assert tally(1000, 1001) > tally(1000, 1000)


@pytest.mark.parametrize(
    ("steps", "longest"),
    [
        ((), 0),
        ((999,), 0),
        ((1000, 1000, 0, 1000), 2),
        ((1000, None, 1000, 1000, 1000), 3),
        ((1000, 1000, 1000), 3),
    ],
)
def test_the_longest_streak_is_broken_by_a_missed_or_unknown_day(steps, longest):
    assert tally(*steps, count="streak").score == longest


def test_a_day_has_a_goal():
    settings = DailyGoalSettings(goal=1000)
    points = [KIND.day_points(day, settings) for day in walked(1000, 999)]
    assert points == [(True, 1), (False, 0)]


def test_longest_row_of_nothing():
    assert longest_row([]) == 0
    assert longest_row([START]) == 1


def test_scoring_names_what_is_counted():
    assert KIND.scoring(DailyGoalSettings(goal=1, count="streak")) == "daily_goal_streak"
    assert "longest row" in KIND.words(DailyGoalSettings(goal=1, count="streak"))[0]
