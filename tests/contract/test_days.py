"""What the cloud says of a day is what counts: late, lower, doubled, or nothing at all."""

from datetime import UTC, datetime

import pytest

from tests.contract.household import day

pytestmark = pytest.mark.django_db(transaction=True)

BERLIN_GAINS_AN_HOUR = ("2026-10-26T12:00:00Z", "2026-10-25")
BERLIN_LOSES_AN_HOUR = ("2026-03-30T12:00:00Z", "2026-03-29")


@pytest.fixture
def connected(owner):
    assert owner.connect() == "connected"
    owner.worker.work_off()
    return owner


def look(owner, *days, times=1):
    """Bring in what the provider says now: by polling, or by its webhook."""
    owner.stand.deliver(owner.email, days, times=times)
    owner.worker.work_off()
    for _ in range(times):
        owner.worker.poll()
    assert owner.connection(owner.slug)["status"] == "active"


def history_of(owner, date):
    return [(each["from"], each["to"]) for each in owner.get(f"steps/{date}")["history"]]


def test_a_day_nobody_knows_is_not_zero(connected):
    connected.stand.set_day(connected.email, day(1), 8421)
    look(connected, day(1), day(0))
    rows = {row["date"]: row["steps"] for row in connected.get("steps")["results"]}
    assert rows[day(1)] == 8421
    assert rows.get(day(2)) is None


def test_a_day_grows_and_falls_as_the_provider_says(connected):
    for total in (5000, 8421, 8000):
        connected.stand.set_day(connected.email, day(1), total)
        look(connected, day(1))
        assert connected.steps()[day(1)] == total
    assert history_of(connected, day(1)) == [(None, 5000), (5000, 8421), (8421, 8000)]


def test_hearing_the_same_again_changes_nothing(connected):
    connected.stand.set_day(connected.email, day(1), 8421)
    look(connected, day(1), times=3)
    assert connected.steps() == {day(1): 8421}
    assert history_of(connected, day(1)) == [(None, 8421)]


def test_a_tracker_that_syncs_late_still_counts(connected, time_machine):
    later = "2026-11-20T18:00:00Z"
    connected.stand.delay(connected.email, day(2), 7000, until=later)
    look(connected, day(2))
    assert connected.steps() == {}
    time_machine.move_to(later)
    look(connected, day(2))
    assert connected.steps() == {day(2): 7000}


def test_a_day_the_provider_has_lost_is_kept_as_last_said(connected):
    connected.stand.set_day(connected.email, day(1), 8421)
    look(connected, day(1))
    connected.stand.forget_day(connected.email, day(1))
    look(connected, day(1))
    assert connected.steps() == {day(1): 8421}


@pytest.mark.parametrize(("now", "longer_or_shorter"), [BERLIN_GAINS_AN_HOUR, BERLIN_LOSES_AN_HOUR])
def test_a_day_of_23_or_25_hours_is_one_day(owner, time_machine, now, longer_or_shorter):
    time_machine.move_to(now)
    before = day(2, of=datetime.now(UTC))
    owner.stand.set_day(owner.email, longer_or_shorter, 9000)
    owner.stand.set_day(owner.email, before, 4000)
    assert owner.connect() == "connected"
    owner.worker.work_off()
    look(owner, before, longer_or_shorter)
    assert owner.steps(before, longer_or_shorter) == {before: 4000, longer_or_shorter: 9000}
    told = owner.get(f"steps/{longer_or_shorter}")
    assert sum(hour["steps"] for hour in told["hours"]) in (0, 9000)


def test_two_people_never_see_each_others_days(connected, neighbour):
    assert neighbour.connect() == "connected"
    connected.stand.set_day(connected.email, day(1), 8421)
    connected.stand.set_day(neighbour.email, day(1), 111)
    look(connected, day(1))
    look(neighbour, day(1))
    assert connected.steps() == {day(1): 8421}
    assert neighbour.steps() == {day(1): 111}
