"""Instants as microseconds: exact there and back, and cut into the same local days."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.ticks import SECOND, instant, thousandths, ticks
from steps.touched import days_of
from users.calendar import LocalCalendar, Stay

BERLIN = ZoneInfo("Europe/Berlin")
MOVED = LocalCalendar(
    BERLIN, [Stay(datetime(2026, 10, 20, 9, tzinfo=UTC), ZoneInfo("Pacific/Auckland"))]
)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
autumn = st.datetimes(datetime(2026, 10, 15), datetime(2026, 11, 5), timezones=st.just(UTC))
spans = st.tuples(autumn, st.integers(0, 60 * 60 * 48))


@given(instants)
def test_an_instant_comes_back_to_the_microsecond(moment):
    assert instant(ticks(moment)) == moment


def test_ticks_count_from_2000_whatever_the_zone():
    assert ticks(datetime(2000, 1, 1, 1, 0, 2, tzinfo=BERLIN)) == 2 * SECOND


@given(instants, st.integers(-14 * 60, 14 * 60))
def test_an_instant_is_the_same_in_every_offset_and_zone(moment, minutes):
    offset = timezone(timedelta(minutes=minutes))
    assert ticks(moment.astimezone(offset)) == ticks(moment) == ticks(moment.astimezone(BERLIN))


@pytest.mark.parametrize(("steps", "whole"), [("12", 12000), ("0.0015", 2), ("66.25", 66250)])
def test_steps_have_three_places(steps, whole):
    assert thousandths(Decimal(steps)) == whole


@given(st.lists(spans, max_size=8), st.sampled_from([LocalCalendar(BERLIN), MOVED]))
def test_the_days_of_intervals_are_those_of_the_calendar(starts, calendar):
    found = [(start, start + timedelta(seconds=length)) for start, length in starts]
    expected = {day for span in found for day in calendar.days_touched(*span)}
    assert days_of(calendar, [(ticks(start), ticks(end)) for start, end in found]) == expected
