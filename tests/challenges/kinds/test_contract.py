"""What every kind has to keep, whichever modules there are."""

import pkgutil
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges import kinds
from challenges.kind import MOST, Frame
from challenges.kind_registry import UnknownKind, all_kinds, kind_of, problems_of_settings, slugs
from challenges.phases import OPEN_END
from tests.challenges.kinds.frames import FRAME, START, walked

# Parameters that each kind accepts; a new kind adds its own.
GOOD = {
    "most_steps": {},
    "personal_total": {"target": 100_000, "rank_by": "when"},
    "daily_goal": {"goal": 8000},
    "collective_goal": {"target": 1_000_000, "milestones": [{"at": 5, "name": "Five"}]},
    "journey": {"length": 5000, "waypoints": [{"at": 100, "name": "Bridge"}]},
    "race": {"target": 100_000},
    "bracket": {},
}
each_kind = pytest.mark.parametrize("kind", all_kinds().values(), ids=list(all_kinds()))


def test_every_module_is_found():
    modules = {module.name for module in pkgutil.iter_modules(kinds.__path__)}
    assert modules == set(all_kinds()) == set(GOOD)
    assert [slug for slug, _ in slugs()] == sorted(GOOD)


def test_a_kind_nobody_wrote():
    with pytest.raises(UnknownKind):
        kind_of("sleep")


@each_kind
def test_good_parameters_are_taken_and_said(kind):
    assert problems_of_settings(kind, GOOD[kind.slug], FRAME) == []
    words = kind.words(kind.settings(GOOD[kind.slug]))
    assert words
    assert all(text.endswith((".", "!")) for text in words)
    assert kind.title


@each_kind
@pytest.mark.parametrize("bad", [{"nonsense": 1}, [], "x", None, {"target": "many"}])
def test_bad_parameters_are_told(kind, bad):
    assert len(problems_of_settings(kind, bad, FRAME)) == 1


@each_kind
@given(steps=st.lists(st.one_of(st.none(), st.integers(0, 1_000_000)), max_size=28))
def test_a_standing_fits_a_sorted_set_and_comes_apart_again(kind, steps):
    settings = kind.settings(GOOD[kind.slug])
    score, tiebreak = kind.tally(walked(*steps), settings, FRAME)
    assert 0 <= tiebreak < kind.tie_limit
    assert 0 <= score * kind.tie_limit + tiebreak < MOST
    if kind.additive:
        assert (score, tiebreak) == (sum(filter(None, steps)), 0)


@each_kind
def test_nothing_known_is_nothing(kind):
    assert kind.tally([], kind.settings(GOOD[kind.slug]), FRAME) == (0, 0)


@each_kind
def test_the_longest_challenge_fits(kind):
    last = OPEN_END if kind.open_end else date(2027, 11, 2)
    frame = replace(FRAME, starts_on=date(2000, 1, 1) if kind.open_end else START, ends_on=last)
    days = walked(*[1_000_000] * 366, start=frame.starts_on)
    score, tiebreak = kind.tally(days, kind.settings(GOOD[kind.slug]), frame)
    assert tiebreak < kind.tie_limit
    assert score * kind.tie_limit + tiebreak < MOST


@each_kind
def test_an_outlook_is_plain_data(kind):
    settings = kind.settings(GOOD[kind.slug])
    for steps in (0, 99, 10**7):
        assert isinstance(kind.outlook(steps, settings), dict)
    assert isinstance(kind.scoring(settings), str)
    assert kind.unit_of(settings) in {"steps", "days", "metres", "rounds"}


def test_frames_know_nothing_of_rounds_by_default():
    assert Frame(START, START).rounds_won == 0
