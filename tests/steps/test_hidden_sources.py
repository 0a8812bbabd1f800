"""A source that the person hides counts no longer, in open days only, and says so."""

from datetime import timedelta

import pytest

from challenges.models import Participant
from steps import rebuild
from steps.models import Day, DayChange, Source
from sync import accounts
from tests.factories import NOON, ChallengeFactory, ParticipantFactory
from tests.steps.statements import (
    MERGED,
    PHONE,
    TODAY,
    WATCH,
    cloud,
    record,
    sample,
    steps_on,
    total,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def afternoon(time_machine):
    time_machine.move_to("2026-11-20T15:00:00Z", tick=False)


@pytest.fixture
def watch(alice, afternoon):
    record(alice, samples=(sample("w", 0, 10, 100), sample("p", 5, 10, 80, source=PHONE)))
    return Source.objects.get(person=alice, key=WATCH.key)


def patch(client, source, body):
    return client.patch(f"/api/v1/sources/{source}", body, format="json")


def test_hiding_a_source_lets_the_next_one_speak_and_showing_it_again_undoes_that(
    alice, api, watch
):
    client = api(alice)
    answer = patch(client, watch.pk, {"hidden": True})
    assert (answer.status_code, answer.json()["hidden"]) == (200, True)
    day = client.get(f"/api/v1/steps/{TODAY}").json()
    assert day["steps"] == 80
    shares = {s["kind"]: (s["reported"], s["counted"], s["reason"]) for s in day["sources"]}
    assert shares == {"watch": (100, 0, "hidden_by_you"), "phone": (80, 80, "counted")}
    assert day["history"][-1]["why"] == "source_hidden"
    patch(client, watch.pk, {"hidden": False})
    assert steps_on(alice) == 140
    assert DayChange.objects.latest("pk").why == "source_shown"


def test_a_day_of_which_everything_is_hidden_is_unknown_and_still_explained(alice, api, afternoon):
    cloud(alice, total(9000))
    client = api(alice)
    source = Source.objects.get(person=alice)
    patch(client, source.pk, {"hidden": True})
    day = client.get(f"/api/v1/steps/{TODAY}").json()
    assert day["steps"] is None
    assert [(s["reported"], s["reason"]) for s in day["sources"]] == [(9000, "hidden_by_you")]


def test_scores_follow(alice, api, watch):
    challenge = ChallengeFactory(organization=alice.organization)
    playing = ParticipantFactory(challenge=challenge, person=alice)
    accounts.hide_source(person=alice, source_id=watch.pk, hidden=True, now=NOON)
    assert Participant.objects.get(pk=playing.pk).steps == 80


@pytest.mark.parametrize("body", [{}, {"hidden": None}, {"hidden": "perhaps"}, [], None])
def test_anything_else_is_a_clear_400(alice, api, watch, body):
    answer = patch(api(alice), watch.pk, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_strangers_source_is_not_found(alice, bob, charlie, api, watch):
    for stranger in (bob, charlie):
        assert patch(api(stranger), watch.pk, {"hidden": True}).status_code == 404
    assert patch(api(alice), "no-uuid", {"hidden": True}).status_code == 404
    assert not Source.objects.get(pk=watch.pk).hidden


def test_closed_days_keep_the_sources_and_the_order_they_were_worked_out_with(alice, watch):
    long_ago = TODAY - timedelta(days=40)
    back = -40 * 24 * 60
    old = sample("ow", back, 10, 100), sample("op", back + 5, 10, 80, source=PHONE)
    record(alice, at=1, samples=old)
    accounts.hide_source(person=alice, source_id=watch.pk, hidden=True, now=NOON)
    accounts.reorder_sources(
        person=alice,
        ids=[Source.objects.get(person=alice, key=PHONE.key).pk, watch.pk],
        now=NOON + timedelta(days=1),
    )
    assert (steps_on(alice, long_ago), steps_on(alice)) == (140, 80)
    dates = rebuild.days_known(person=alice, first=None, last=None)
    assert dates == [long_ago, TODAY]
    assert rebuild.differences(person=alice, dates=dates) == []
    record(alice, at=2, samples=(sample("ow", back, 10, 110),))
    assert steps_on(alice, long_ago) == 150


def test_changing_ones_mind_within_a_day_leaves_no_trace_in_closed_days(alice, watch):
    back = -31 * 24 * 60
    record(alice, at=1, samples=(sample("ow", back, 10, 100),))
    for hidden in (True, False, True, False):
        accounts.hide_source(person=alice, source_id=watch.pk, hidden=hidden, now=NOON)
    watch.refresh_from_db()
    assert len(watch.earlier) == 1
    dates = rebuild.days_known(person=alice, first=None, last=None)
    assert rebuild.differences(person=alice, dates=dates) == []


def test_a_hidden_phone_statistic_leaves_the_samples(alice, api, watch):
    record(alice, at=1, buckets=(total(500, source=MERGED),))
    assert steps_on(alice) == 500
    merged = Source.objects.get(person=alice, key="merged")
    patch(api(alice), merged.pk, {"hidden": True})
    assert steps_on(alice) == 140
    assert Day.objects.get(person=alice, date=TODAY).source == watch
