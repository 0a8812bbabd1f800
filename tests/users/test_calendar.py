"""Local days through daylight saving and travel: no overlap, no gap, the past never moves."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.calendar import ONE_DAY, LocalCalendar, Stay

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 6, 1), 24),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),
    ],
)
def test_days_have_23_24_or_25_hours(zone, day, hours):
    assert len(LocalCalendar(ZoneInfo(zone)).hour_borders(day)) == hours + 1


def test_a_half_hour_change_makes_a_short_last_hour():
    borders = LocalCalendar(ZoneInfo("Australia/Lord_Howe")).hour_borders(date(2026, 10, 4))
    assert borders[-1] - borders[0] == timedelta(hours=23, minutes=30)
    assert borders[-1] - borders[-2] == timedelta(minutes=30)


def test_a_move_east_shortens_the_day_of_travel_and_leaves_the_past():
    moved = LocalCalendar(BERLIN, [Stay(utc(2026, 11, 20, 12), AUCKLAND)])
    assert moved.bounds(date(2026, 11, 19)) == LocalCalendar(BERLIN).bounds(date(2026, 11, 19))
    assert moved.bounds(date(2026, 11, 20)) == (utc(2026, 11, 19, 23), utc(2026, 11, 20, 12))
    assert moved.bounds(date(2026, 11, 21)) == (utc(2026, 11, 20, 12), utc(2026, 11, 21, 11))


def test_a_move_west_lengthens_the_day_of_travel():
    moved = LocalCalendar(AUCKLAND, [Stay(utc(2026, 11, 20, 15), BERLIN)])
    assert moved.bounds(date(2026, 11, 21)) == (utc(2026, 11, 20, 11), utc(2026, 11, 21, 23))
    assert moved.date_of(utc(2026, 11, 20, 16)) == date(2026, 11, 21)


zones = st.sampled_from(
    ["Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu", "UTC"]
).map(ZoneInfo)
instants = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC)
)


@given(zones, st.lists(st.builds(Stay, instants, zones), max_size=4), instants)
def test_every_instant_lies_in_exactly_one_day(first, moves, instant):
    calendar = LocalCalendar(first, moves)
    day = calendar.date_of(instant)
    start, end = calendar.bounds(day)
    assert start <= instant < end
    assert calendar.bounds(day - ONE_DAY)[1] == start


@given(zones, zones, instants, instants)
def test_a_move_never_changes_a_day_that_has_ended(first, second, moved_at, instant):
    before = LocalCalendar(first)
    day = before.date_of(instant)
    if before.bounds(day)[1] <= moved_at:
        after = LocalCalendar(first, [Stay(moved_at, second)])
        assert after.bounds(day) == before.bounds(day)


spans = st.tuples(instants, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)))


@given(zones, st.lists(st.builds(Stay, instants, zones), max_size=3), st.lists(spans, max_size=5))
def test_many_intervals_at_once_touch_what_each_touches_alone(first, moves, pairs):
    calendar = LocalCalendar(first, moves)
    intervals = [(start, start + length) for start, length in pairs]
    alone = {day for start, end in intervals for day in calendar.days_touched(start, end)}
    assert calendar.days_of(intervals) == alone
