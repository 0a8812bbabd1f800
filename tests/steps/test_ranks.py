"""Whose samples are swept first where the person has chosen nothing, and where they have."""

from datetime import timedelta

import pytest

from steps import rebuild
from steps.models import Day, Source
from steps.readings import SourceReading
from sync import accounts
from tests.factories import NOON
from tests.steps.statements import CLOUD_CONNECTION, PHONE, TODAY, WATCH, record, sample, steps_on

pytestmark = pytest.mark.django_db
OLD = SourceReading(key="org.old|", name="Old app", kind="app", channel="raw")
NEW = SourceReading(key="org.new|", name="New app", kind="app", channel="raw")
HEALTH = SourceReading(key="com.apple.Health|", name="Health", kind="manual", channel="raw")
LATER = NOON + timedelta(hours=4)
YESTERDAY = TODAY - timedelta(days=1)


def order(person, *keys):
    ids = [Source.objects.get(person=person, key=key).pk for key in keys]
    accounts.reorder_sources(person=person, ids=ids, now=NOON)


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
    order(alice, OLD.key)
    assert steps_on(alice) == 100


def with_manual(person):
    """What a day comes to without and with what was typed by hand."""
    return Day.objects.values_list("steps", "steps_with_manual").get(person=person, date=TODAY)


def typed(minute, minutes, steps, *, source=HEALTH):
    return sample("t", minute, minutes, steps, source=source, manual=True)


def test_hand_typed_steps_are_swept_before_all_others_where_they_count(alice):
    record(alice, at=1, samples=(sample("w", 0, 60, 2000), typed(0, 60, 5000)))
    assert with_manual(alice) == (2000, 5000)
    record(alice, at=2, samples=(typed(0, 30, 5000),))
    assert with_manual(alice) == (2000, 5000 + 1000)
    record(alice, at=3, samples=(typed(5, 0, 500),))
    assert with_manual(alice) == (2000, 2500)
    assert rebuild.differences(person=alice, dates=[TODAY]) == []


def test_what_was_typed_into_an_app_that_measures_as_well_leads_too(alice):
    record(alice, at=1, samples=(sample("w", 0, 60, 2000), sample("p", 0, 60, 1000, source=PHONE)))
    record(alice, at=2, samples=(typed(0, 60, 5000, source=PHONE),))
    assert with_manual(alice) == (2000, 5000)


def test_the_persons_own_order_comes_before_what_they_typed(alice):
    record(alice, at=1, samples=(sample("w", 0, 60, 2000), typed(0, 60, 5000)))
    order(alice, WATCH.key)
    assert with_manual(alice) == (2000, 2000)


@pytest.fixture
def two_ways(alice):
    """The watch spoke yesterday, its phone today, and an app of another connection on both."""
    record(alice, samples=(sample("w", -24 * 60, 60, 900), sample("p", 0, 60, 300, source=PHONE)))
    other = sample("o", 0, 60, 200, source=OLD)
    record(
        alice,
        connection=CLOUD_CONNECTION,
        samples=(other, sample("y", -24 * 60, 60, 950, source=OLD)),
    )
    assert (steps_on(alice), steps_on(alice, YESTERDAY)) == (300, 950)
    return alice


def test_the_order_goes_by_the_sources_that_spoke_on_the_day(two_ways):
    order(two_ways, WATCH.key, OLD.key, PHONE.key)
    assert (steps_on(two_ways), steps_on(two_ways, YESTERDAY)) == (200, 900)
    assert rebuild.differences(person=two_ways, dates=[TODAY, YESTERDAY]) == []


def test_a_connection_whose_source_with_a_place_is_silent_comes_after_those_that_have_one(two_ways):
    order(two_ways, WATCH.key, OLD.key)
    assert steps_on(two_ways) == 200


def test_where_no_source_with_a_place_spoke_the_highest_counts(two_ways):
    order(two_ways, WATCH.key)
    assert (steps_on(two_ways), steps_on(two_ways, YESTERDAY)) == (300, 900)
