"""The table of intervals, the quota under it, and the waits after failures."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.contract import Quota, QuotaScope
from sync import schedule
from sync.schedule import Situation, interval, quota_floor, webhooks_work

BASE = timedelta(minutes=15)
NONE = timedelta(0)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def situation(**differences):
    usual = {
        "playing": True,
        "hour": 12,
        "unchanged": timedelta(minutes=10),
        "device_silent": timedelta(minutes=10),
        "webhooks": False,
    }
    return Situation(**usual | differences)


@pytest.mark.parametrize(
    ("differences", "factor"),
    [
        ({}, 1),
        ({"unchanged": None, "device_silent": None}, 1),
        ({"unchanged": 3 * HOUR}, 2),
        ({"unchanged": 25 * HOUR}, 4),
        ({"unchanged": 73 * HOUR}, 12),
        ({"device_silent": 3 * HOUR}, 1),
        ({"device_silent": 25 * HOUR}, 4),
        ({"device_silent": 73 * HOUR}, 12),
        ({"playing": False}, 4),
        ({"hour": 22}, 1),
        ({"hour": 23}, 4),
        ({"hour": 5}, 4),
        ({"hour": 6}, 1),
        ({"webhooks": True}, 12),
        ({"playing": False, "hour": 3, "webhooks": True}, 12),
    ],
)
def test_the_largest_factor_that_applies_counts(differences, factor):
    assert interval(BASE, situation(**differences), floor=NONE) == factor * BASE


def test_every_local_day_sees_a_poll():
    asked = interval(HOUR, situation(device_silent=timedelta(days=9)), floor=NONE)
    assert asked == schedule.LONGEST_INTERVAL
    assert interval(12 * HOUR, situation(), floor=NONE) == 12 * HOUR


def test_a_deployment_that_watches_is_not_slowed_down():
    seconds = timedelta(seconds=15)
    asleep = situation(hour=3, playing=False, unchanged=timedelta(days=9), webhooks=True)
    assert interval(seconds, asleep, floor=NONE) == seconds


def test_no_interval_is_shorter_than_the_quota_allows():
    floor = timedelta(minutes=40)
    assert interval(BASE, situation(), floor=floor) == floor
    assert interval(timedelta(seconds=15), situation(), floor=floor) == floor
    assert interval(BASE, situation(playing=False), floor=floor) == 4 * BASE


def test_half_of_a_quota_is_for_polling():
    google = (
        Quota(scope=QuotaScope.ACCOUNT, calls=300, seconds=60),
        Quota(scope=QuotaScope.APP, calls=120_000, seconds=60),
    )
    assert quota_floor((), accounts=9) == NONE
    assert quota_floor(google, accounts=1) == timedelta(seconds=0.88)
    million = quota_floor(google, accounts=1_000_000)
    calls_per_second = 1_000_000 * schedule.CALLS_PER_POLL / million.total_seconds()
    assert calls_per_second == pytest.approx(1000)
    assert million < HOUR


def test_webhooks_are_trusted_from_the_first_until_one_is_missed():
    assert not webhooks_work(heard_at=None, missed_at=None)
    assert webhooks_work(heard_at=NOW, missed_at=None)
    assert not webhooks_work(heard_at=NOW, missed_at=NOW + HOUR)
    assert webhooks_work(heard_at=NOW + 2 * HOUR, missed_at=NOW + HOUR)


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_accounts_spread_by_a_fifth_either_way(chance):
    wait = schedule.next_poll(NOW, BASE, chance) - NOW
    assert 0.8 * BASE <= wait <= 1.2 * BASE


def waits_after_failures(usual):
    return [schedule.retry_after_failure(NOW, n, usual, 1.0) - NOW for n in range(1, 60)]


def test_failures_wait_longer_each_time_up_to_the_usual_interval():
    waits = waits_after_failures(BASE)
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits == sorted(waits)
    assert waits[schedule.MANY_FAILURES - 1] == BASE


def test_what_has_failed_many_times_waits_up_to_six_hours():
    waits = waits_after_failures(BASE)
    assert waits[schedule.MANY_FAILURES] == 2 * BASE
    assert waits[-1] == timedelta(hours=6)


def test_whoever_is_asked_every_few_seconds_waits_half_a_minute_after_a_failure():
    waits = waits_after_failures(timedelta(seconds=5))
    assert waits[: schedule.MANY_FAILURES] == [timedelta(seconds=30)] * schedule.MANY_FAILURES
