"""When everybody is read anew at the end of a challenge."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from sync.sweep_phases import phases_of

OVER = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAST_CHANCE = timedelta(minutes=10)


@dataclass
class Calendar:
    grace_hours: int
    published_at: datetime = OVER
    starts_on: date = date(2026, 11, 1)
    ends_on: date = date(2026, 11, 29)
    open_until: datetime | None = None
    frozen_at: datetime | None = None


def spans(grace_hours):
    phases = phases_of(Calendar(grace_hours))
    return {phase.name: (phase.begin - OVER, phase.end - OVER) for phase in phases}


def test_three_times_where_there_is_grace():
    assert spans(48) == {
        "closing": (-3 * HOUR, 0 * HOUR),
        "grace": (0 * HOUR, 3 * HOUR),
        "final": (45 * HOUR, 48 * HOUR - LAST_CHANCE),
    }


def test_twice_where_grace_is_short_and_once_where_there_is_none():
    assert spans(2) == {
        "closing": (-3 * HOUR, 0 * HOUR),
        "grace": (0 * HOUR, 2 * HOUR - LAST_CHANCE),
    }
    assert spans(0) == {"closing": (-3 * HOUR, -LAST_CHANCE)}


@pytest.mark.parametrize("grace_hours", range(73))
def test_phases_never_overlap_and_the_last_ends_before_the_result_is_final(grace_hours):
    phases = phases_of(Calendar(grace_hours))
    for one, next_one in pairwise(phases):
        assert one.begin < one.end <= next_one.begin
    assert phases[-1].end <= OVER + timedelta(hours=grace_hours) - LAST_CHANCE


def test_a_phase_holds_from_its_begin_and_not_at_its_end():
    closing = phases_of(Calendar(48))[0]
    assert [closing.holds(OVER + n * HOUR) for n in (-4, -3, -1, 0)] == [False, True, True, False]
