import pytest

from challenges.kinds.personal_total import KIND, PersonalTotalSettings
from tests.challenges.kinds.frames import FRAME, walked


def tally(steps, **settings):
    return KIND.tally(walked(*steps), PersonalTotalSettings(target=1000, **settings), FRAME)


def test_who_reaches_the_target_shares_the_first_place():
    assert tally([400, 700]) == tally([1000]) == (1000, 0)
    assert tally([999]) == (999, 0)


def test_the_earlier_day_is_ahead():
    early = tally([600, 400], rank_by="when")
    late = tally([600, None, 400, 5000], rank_by="when")
    assert early > late > tally([999], rank_by="when")
    assert early.score == late.score == 1000
    assert tally([600, 400, 9000], rank_by="when") == early


def test_a_day_that_falls_takes_the_arrival_back():
    assert tally([600, 399], rank_by="when") == (999, 0)


def test_percent_goes_on():
    assert tally([1500], rank_by="percent") == (1500, 0)


@pytest.mark.parametrize(
    ("steps", "percent", "reached"), [(0, 0, False), (999, 99, False), (1000, 100, True)]
)
def test_outlook(steps, percent, reached):
    found = KIND.outlook(steps, PersonalTotalSettings(target=1000))
    assert (found["percent"], found["reached"]) == (percent, reached)
    assert found["remaining"] == 1000 - steps
