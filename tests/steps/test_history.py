"""How long it is remembered what moved a day."""

from datetime import timedelta

import pytest

from config.checks import history_days
from steps import history
from steps.models import Day, DayChange
from sync import retention
from tests.factories import NOON
from tests.steps.statements import record, sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_lines(alice):
    for hour in range(5):
        received = NOON + timedelta(hours=3 + hour)
        record(alice, at=hour, received_at=received, samples=(sample(f"s{hour}", hour, 1, 60),))
    assert DayChange.objects.count() == 5


def left():
    return [change.at for change in DayChange.objects.order_by("at")]


def test_lines_go_when_they_are_old_and_the_day_stays(five_lines, settings):
    settings.HISTORY_DAYS = 400
    newest = NOON + timedelta(hours=7)
    assert history.drop_old(now=NOON + timedelta(days=400)) == 0
    retention.drop_old_reports(now=newest + timedelta(days=400))
    assert left() == [newest]
    assert Day.objects.get().steps == 300


def test_a_call_does_so_much_and_the_next_one_goes_on(five_lines):
    late = NOON + timedelta(days=4000)
    assert history.drop_old(now=late, batch=2, most=1) == 2
    assert history.drop_old(now=late, batch=2, most=5) == 3
    assert left() == []


@pytest.mark.parametrize(("days", "errors"), [(89, 1), (90, 0)])
def test_history_outlives_raw_samples(settings, days, errors):
    settings.RAW_SAMPLE_DAYS, settings.HISTORY_DAYS = 90, days
    assert len(history_days(None)) == errors
