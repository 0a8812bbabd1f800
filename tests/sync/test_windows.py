"""Which days, hours and side questions a reading asks for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.windows import Asked, window

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
TODAY = date(2026, 11, 20)
MINUTE = timedelta(minutes=1)


def asked(**differences):
    return Asked(**{"steps_at": NOW - 15 * MINUTE} | differences)


def ask(**differences):
    usual = {
        "now": NOW,
        "zone": BERLIN,
        "asked": asked(),
        "needed_from": date(2026, 9, 1),
        "history_days": None,
        "hourly": True,
    }
    return window(**usual | differences)


def days_back(found):
    return (found.last - found.first).days + 1


def test_a_usual_poll_reads_three_days_because_trackers_deliver_late():
    found = ask()
    assert (found.last, days_back(found)) == (TODAY, 3)


@pytest.mark.parametrize(
    ("steps_at", "days"),
    [
        (datetime(2026, 11, 19, 22, 59, tzinfo=UTC), 30),
        (datetime(2026, 11, 19, 23, 1, tzinfo=UTC), 3),
        (datetime(2026, 10, 1, 12, tzinfo=UTC), 51),
        (NOW + timedelta(days=2), 3),
    ],
    ids=["before local midnight", "after it", "away for weeks", "a clock that went back"],
)
def test_the_first_poll_of_a_local_day_reads_thirty(steps_at, days):
    assert days_back(ask(asked=asked(steps_at=steps_at))) == days


def test_the_first_reading_and_the_last_reach_to_the_start_of_the_challenge():
    assert ask(asked=asked(steps_at=None)).first == date(2026, 9, 1)
    assert ask(whole=True).first == date(2026, 9, 1)
    assert days_back(ask(whole=True, needed_from=None)) == 30
    assert days_back(ask(whole=True, history_days=31)) == 31


def test_hours_are_asked_from_yesterdays_midnight_to_the_end_of_this_hour():
    found = ask()
    assert found.hours_from == datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert found.hours_to == datetime(2026, 11, 20, 13, tzinfo=UTC)
    assert ask(hourly=False).hours_from is None


@pytest.mark.parametrize(
    ("minutes", "wanted"), [(None, True), (14, False), (15, True), (-14, False), (-30, True)]
)
def test_trackers_are_asked_for_every_quarter_of_an_hour(minutes, wanted):
    last = None if minutes is None else NOW - minutes * MINUTE
    assert ask(asked=asked(devices_at=last)).devices is wanted


def test_somebody_who_waits_sees_their_tracker():
    just_now = asked(devices_at=NOW - MINUTE, zone_at=NOW - MINUTE)
    found = ask(asked=just_now, waited_for=True)
    assert (found.devices, found.zone) == (True, False)


@pytest.mark.parametrize(("hours", "wanted"), [(None, True), (23, False), (24, True)])
def test_the_zone_is_asked_for_once_a_day(hours, wanted):
    last = None if hours is None else NOW - timedelta(hours=hours)
    assert ask(asked=asked(zone_at=last)).zone is wanted
