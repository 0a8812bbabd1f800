"""The database and the pure rule must never disagree about somebody's state."""

from datetime import timedelta

import pytest

from challenges.freshness import Freshness, freshness_of
from dashboard.states import ORDER, count_states, in_state
from steps.models import Freshness as Known
from tests.factories import NOON as NOW
from tests.factories import UserFactory
from users.models import User

AGES = [None, timedelta(0), timedelta(hours=24), timedelta(hours=24, seconds=1), timedelta(days=9)]
CASES = [(age, broken) for age in AGES for broken in (False, True)]


@pytest.fixture
def judged(acme):
    """Everybody's state as the pure rule has it; one person was never heard of."""
    states = {UserFactory(organization=acme).pk: Freshness.NONE}
    for age, broken in CASES:
        person = UserFactory(organization=acme)
        known = Known.objects.create(
            person=person,
            confirmed_at=None if age is None else NOW - age,
            broken_since=NOW if broken else None,
        )
        states[person.pk] = freshness_of(
            confirmed_at=known.confirmed_at, broken_since=known.broken_since, now=NOW
        )
    return states


@pytest.mark.parametrize("state", ORDER)
def test_the_database_finds_who_the_rule_names(judged, state):
    found = User.objects.filter(in_state(state, now=NOW)).values_list("pk", flat=True)
    assert set(found) == {pk for pk, known in judged.items() if known is state}


def test_everybody_is_counted_once(judged):
    counts = count_states(User.objects.all(), now=NOW)
    assert list(counts) == list(ORDER)
    assert sum(counts.values()) == len(judged)
