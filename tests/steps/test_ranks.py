"""Whose samples are swept first where the person has chosen nothing, and where they have."""

from datetime import timedelta

import pytest

from steps import rebuild
from steps.models import Source
from steps.readings import SourceReading
from sync import accounts
from tests.factories import NOON
from tests.steps.statements import TODAY, record, sample, steps_on

pytestmark = pytest.mark.django_db
OLD = SourceReading(key="org.old|", name="Old app", kind="app", channel="raw")
NEW = SourceReading(key="org.new|", name="New app", kind="app", channel="raw")
LATER = NOON + timedelta(hours=4)


def test_of_other_apps_the_one_seen_last_is_swept_first(alice):
    record(alice, at=1, samples=(sample("o", 0, 10, 100, source=OLD),))
    record(alice, at=2, received_at=LATER, samples=(sample("n", 0, 10, 70, source=NEW),))
    assert steps_on(alice) == 70
    record(alice, at=3, samples=(sample("o2", 5, 10, 100, source=OLD),))
    assert steps_on(alice) == 70 + 50
    assert rebuild.differences(person=alice, dates=[TODAY]) == []


def test_apps_first_seen_together_share_a_rank(alice):
    said = sample("o", 0, 10, 100, source=OLD), sample("n", 0, 10, 70, source=NEW)
    record(alice, at=1, samples=said)
    assert steps_on(alice) == 100


def test_the_persons_own_order_comes_before_first_sight(alice):
    record(alice, at=1, samples=(sample("o", 0, 10, 100, source=OLD),))
    record(alice, at=2, received_at=LATER, samples=(sample("n", 0, 10, 70, source=NEW),))
    old = Source.objects.get(person=alice, key=OLD.key)
    accounts.reorder_sources(person=alice, ids=[old.pk], now=NOON)
    assert steps_on(alice) == 100
