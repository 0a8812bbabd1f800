"""When a challenge is what, around the globe."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from challenges.phases import (
    LONGEST_TAIL,
    OPEN_END,
    DayStatus,
    State,
    begins_at,
    day_status,
    final_at,
    is_open,
    last_day,
    over_at,
    state_of,
)

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Plan:
    published_at: datetime | None = datetime(2026, 9, 1, tzinfo=UTC)
    starts_on: date = date(2026, 10, 20)
    ends_on: date = date(2026, 10, 30)
    grace_hours: int = 48
    open_until: datetime | None = None
    frozen_at: datetime | None = None


BEGINS = datetime(2026, 10, 19, 10, 0, tzinfo=UTC)
OVER = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)
FINAL = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (BEGINS - timedelta(days=30), State.UPCOMING),
        (BEGINS - SECOND, State.UPCOMING),
        (BEGINS, State.LIVE),
        (OVER - SECOND, State.LIVE),
        (OVER, State.CLOSING),
        (FINAL - SECOND, State.CLOSING),
        (FINAL, State.FINAL),
        (FINAL + timedelta(days=400), State.FINAL),
    ],
)
def test_state_changes_at_the_exact_instant(now, state):
    assert state_of(Plan(), now) is state
    assert is_open(Plan(), now) is (state is not State.FINAL)


def test_unpublished_is_a_draft_whatever_the_calendar_says():
    for now in (BEGINS, OVER, FINAL):
        assert state_of(Plan(published_at=None), now) is State.DRAFT
        assert not is_open(Plan(published_at=None), now)


def test_first_day_begins_in_kiritimati_and_last_ends_at_baker_island():
    first = datetime(2026, 10, 20, 0, 0, tzinfo=ZoneInfo("Pacific/Kiritimati"))
    last = datetime(2026, 10, 31, 0, 0, tzinfo=ZoneInfo("Etc/GMT+12"))
    assert begins_at(Plan().starts_on) == first
    assert over_at(Plan().ends_on) == last


def test_without_grace_closing_does_not_happen():
    plan = Plan(grace_hours=0)
    assert final_at(plan) == OVER
    assert state_of(plan, OVER - SECOND) is State.LIVE
    assert state_of(plan, OVER) is State.FINAL


def test_longest_tail_covers_the_longest_grace():
    plan = Plan(grace_hours=72)
    last_open = final_at(plan) - SECOND
    assert is_open(plan, last_open)
    assert plan.ends_on >= (last_open - LONGEST_TAIL).date()


def midnight(zone: str, year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",  # 25 October 2026 has 25 hours
        "America/New_York",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Australia/Lord_Howe",  # half an hour of summer time
    ],
)
@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)])
def test_a_day_is_live_until_it_ends_where_the_person_is(zone, day):
    after = day + timedelta(days=1)
    end = midnight(zone, after.year, after.month, after.day).astimezone(UTC)
    ask = {"day": day, "zone": ZoneInfo(zone), "calendar": Plan()}
    assert day_status(**ask, now=end - SECOND) is DayStatus.LIVE
    assert day_status(**ask, now=end) is DayStatus.PROVISIONAL
    assert day_status(**ask, now=FINAL - SECOND) is DayStatus.PROVISIONAL
    assert day_status(**ask, now=FINAL) is DayStatus.FINAL


def test_a_day_in_berlin_has_25_hours_when_summer_time_ends():
    ask = {"day": date(2026, 10, 25), "zone": ZoneInfo("Europe/Berlin"), "calendar": Plan()}
    begun = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert day_status(**ask, now=begun + timedelta(hours=24, minutes=59)) is DayStatus.LIVE
    assert day_status(**ask, now=begun + timedelta(hours=25)) is DayStatus.PROVISIONAL


def test_a_day_to_come_is_live_and_no_day_is_final_before_the_challenge_is():
    ask = {"day": date(2026, 10, 30), "zone": ZoneInfo("UTC"), "calendar": Plan()}
    assert day_status(**ask, now=BEGINS) is DayStatus.LIVE
    assert day_status(**ask, now=FINAL - SECOND) is not DayStatus.FINAL
    assert day_status(**ask, now=FINAL) is DayStatus.FINAL


def test_opened_again_it_stays_open_until_then_and_never_shorter():
    later = FINAL + timedelta(days=9)
    assert state_of(Plan(open_until=later), later - SECOND) is State.CLOSING
    assert state_of(Plan(open_until=later), later) is State.FINAL
    assert final_at(Plan(open_until=FINAL - timedelta(hours=1))) == FINAL


def test_frozen_is_final_whatever_the_clock_says():
    assert state_of(Plan(frozen_at=FINAL), BEGINS) is State.FINAL
    assert not is_open(Plan(frozen_at=FINAL), FINAL - SECOND)


def test_a_challenge_without_a_last_day():
    assert last_day(Plan(ends_on=OPEN_END)) is None
    assert last_day(Plan()) == date(2026, 10, 30)
    assert state_of(Plan(ends_on=OPEN_END), FINAL + timedelta(days=10_000)) is State.LIVE
