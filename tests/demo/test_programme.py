"""The demo's challenges, without a running Stepwell."""

from datetime import UTC, datetime, timedelta

import pytest

from challenges import results
from challenges.models import Correction, Participant
from challenges.phases import State, state_of
from demo import programme
from tests.factories import DayFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
PLANS = [programme.LIVE, programme.UPCOMING, programme.DRAFT, programme.BAKERY_PLAN]


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(hours=23)])
def test_each_is_in_its_state_whatever_the_hour(now):
    company = OrganizationFactory()
    made = [programme.ensure(company, plan, today=now.date(), now=now) for plan in PLANS]
    states = [state_of(challenge, now) for challenge in made]
    assert states == [State.LIVE, State.UPCOMING, State.DRAFT, State.LIVE]


def test_the_one_that_is_over_has_a_result_of_what_was_walked():
    company = OrganizationFactory()
    walker, other = UserFactory.create_batch(2, organization=company)
    first = NOW.date() + programme.OVER.starts * programme.DAY
    for ahead in range(3):
        DayFactory(person=walker, date=first + timedelta(days=ahead), steps=9000)
    DayFactory(person=other, date=first, steps=100)
    challenge = programme.finish(company, programme.OVER, today=NOW.date(), now=NOW)
    again = programme.finish(company, programme.OVER, today=NOW.date(), now=NOW)
    assert again == challenge
    result = results.current(challenge)
    assert result is not None
    assert (result.edition, results.agrees(result)) == (1, True)
    scores = Participant.objects.filter(challenge=challenge).values_list("person", "score")
    assert dict(scores) == {walker.pk: 3, other.pk: 0}
    assert not Correction.objects.exists()
