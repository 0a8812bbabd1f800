from datetime import date

from challenges.kind import Frame
from challenges.kinds.race import KIND, RaceSettings
from challenges.phases import OPEN_END
from tests.challenges.kinds.frames import START, walked

SETTINGS = RaceSettings(target=1000)
FRAME = Frame(START, OPEN_END)


def test_first_to_the_target_wins_and_the_same_day_is_a_tie():
    first = KIND.tally(walked(500, 500), SETTINGS, FRAME)
    same_day = KIND.tally(walked(0, 7000), SETTINGS, FRAME)
    second = KIND.tally(walked(500, 499, 1), SETTINGS, FRAME)
    under_way = KIND.tally(walked(999), SETTINGS, FRAME)
    assert first == same_day
    assert first > second > under_way


def test_years_later_an_arrival_still_counts_more_than_none():
    late = walked(1000, start=date(2100, 12, 30))
    assert KIND.tally(late, SETTINGS, FRAME) > KIND.tally(walked(999), SETTINGS, FRAME)


def test_outlook():
    assert KIND.outlook(400, SETTINGS) == {
        "target": 1000,
        "percent": 40,
        "remaining": 600,
        "reached": False,
    }
    assert KIND.outlook(4000, SETTINGS)["percent"] == 100
