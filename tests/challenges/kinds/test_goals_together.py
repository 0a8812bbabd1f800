"""The collective goal and the journey: milestones and waypoints."""

import pytest

from challenges.kind_registry import problems_of_settings
from challenges.kinds import collective_goal, journey
from challenges.kinds.journey import JourneySettings
from tests.challenges.kinds.frames import FRAME, walked

ALPS = {
    "target": 1000,
    "milestones": [{"at": 100, "name": "Valley"}, {"at": 1000, "name": "Summit"}],
}
ROUTE = {"length": 1000, "waypoints": [{"at": 0, "name": "Gate"}, {"at": 760, "name": "Bridge"}]}


def test_everybody_gives_and_milestones_are_passed_together():
    settings = collective_goal.KIND.settings(ALPS)
    found = collective_goal.KIND.outlook(999, settings)
    assert [one["reached"] for one in found["milestones"]] == [True, False]
    assert (found["percent"], found["remaining"], found["reached"]) == (99, 1, False)
    assert collective_goal.KIND.shared
    assert "Summit at 1,000" in collective_goal.KIND.words(settings)[1]


@pytest.mark.parametrize("places", [[200, 100], [100, 100], [1001]])
def test_places_have_to_rise_and_lie_on_the_way(places):
    marks = [{"at": place, "name": "X"} for place in places]
    for kind, good, key in (
        (collective_goal.KIND, {"target": 1000}, "milestones"),
        (journey.KIND, {"length": 1000}, "waypoints"),
    ):
        assert problems_of_settings(kind, {**good, key: marks}, FRAME)


def test_a_stride_turns_steps_into_metres():
    settings = journey.KIND.settings(ROUTE)
    assert journey.travelled(1000, settings) == 760
    assert journey.travelled(journey.steps_to(1000, settings), settings) == 1000
    assert journey.travelled(journey.steps_to(1000, settings) - 1, settings) < 1000
    assert journey.travelled(5, JourneySettings(length=9, unit="steps")) == 5


def test_who_arrives_earlier_is_ahead_and_nobody_walks_beyond_the_end():
    settings = JourneySettings(length=1000, unit="steps")
    early = journey.KIND.tally(walked(500, 500), settings, FRAME)
    late = journey.KIND.tally(walked(500, 0, 9000), settings, FRAME)
    assert early > late
    assert early.score == late.score == 1000


def test_outlook_of_a_journey():
    settings = journey.KIND.settings(ROUTE)
    found = journey.KIND.outlook(500, settings)
    assert (found["travelled"], found["passed"]) == (380, ["Gate"])
    assert found["next"] == {"name": "Bridge", "in": 380}
    assert journey.KIND.outlook(10_000, settings)["arrived"]
    assert journey.KIND.outlook(10_000, settings)["next"] is None
    assert journey.KIND.unit_of(settings) == "metres"
