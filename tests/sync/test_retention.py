"""What is remembered of attempts, and for how long."""

from datetime import timedelta

import pytest

from sync import retention
from sync.models import Run, SyncRequest, SyncRequestLine
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def run():
    """Return a function that makes an attempt so many days old."""
    connection = ConnectionFactory()

    def make(age, **differences):
        at = NOON - age
        usual = {"trigger": "poll", "state": "done", "requested_at": at, "finished_at": at}
        return Run.objects.create(connection=connection, **usual | differences)

    return make


def left():
    retention.drop_old(now=NOON)
    return set(Run.objects.values_list("pk", flat=True))


def test_polls_that_found_nothing_new_go_after_a_week(run):
    young, _ = run(6 * DAY), run(8 * DAY)
    assert left() == {young.pk}


def test_everything_that_says_something_stays_for_ninety_days(run):
    remarkable = [
        {"days_changed": 1},
        {"state": "failed", "cause": "provider_outage"},
        {"detail": "provider_outage: devices"},
        {"trigger": "tap"},
        {"trigger": "sweep"},
    ]
    kept = {run(89 * DAY, **each).pk for each in remarkable}
    for each in remarkable:
        run(91 * DAY, **each)
    assert left() == kept


def test_a_poll_that_a_tap_joined_stays_with_it(run):
    joined = run(8 * DAY)
    request = SyncRequest.objects.create(person=joined.connection.person, created_at=NOON - 8 * DAY)
    SyncRequestLine.objects.create(
        request=request, connection=joined.connection, outcome="joined", run=joined
    )
    assert left() == {joined.pk}


def test_an_attempt_that_has_not_ended_is_never_dropped(run):
    waiting = run(99 * DAY, state="queued", finished_at=None)
    assert left() == {waiting.pk}


def test_many_go_in_small_portions(run, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        run(8 * DAY)
    assert left() == set()
