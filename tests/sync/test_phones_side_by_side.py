"""What two phones of one person send, and a phone that may see only the last days."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.sync.test_installations_api import added, connected, push
from users.instants import rfc3339

pytestmark = pytest.mark.django_db
DAY = {
    "start": "2026-11-18T23:00:00Z",
    "end": "2026-11-19T23:00:00Z",
    "local_date": "2026-11-19",
}


@pytest.fixture
def me(api, alice, time_machine):
    time_machine.move_to("2026-11-20T11:00:00Z")
    return api(alice)


@pytest.fixture
def first(me):
    return connected(me, "healthkit")


def steps_of(answer):
    assert answer.status_code == 200, answer.json()
    return {day["date"]: day["steps"] for day in answer.json()["days"]}


def total(steps):
    return {"buckets": [DAY | {"steps_all": steps}]}


def test_the_phone_in_the_drawer_takes_nothing_from_the_one_in_the_pocket(me, first):
    drawer = added(me, first)["relay_token"]
    push(first["relay_token"], **total(8000))
    assert steps_of(push(drawer, **total(500))) == {"2026-11-19": 8000}
    assert steps_of(push(first["relay_token"], **total(7000))) == {"2026-11-19": 7000}
    told = me.get("/api/v1/steps/2026-11-19").json()
    said = sorted((s["reported"], s["counted"], s["reason"]) for s in told["sources"])
    assert said == [(500, 0, "covered_by_better_source"), (7000, 7000, "counted")]


def test_hours_of_an_app_on_two_phones_stay_apart(me, first):
    other = added(me, first)["relay_token"]
    for token, steps in ((first["relay_token"], 900), (other, 0)):
        row = {"date": "2026-11-19 10:00:00 +0100", "qty": steps}
        metrics = [{"name": "step_count", "units": "count", "data": [row]}]
        answer = APIClient().post(
            "/api/v1/relay/health-auto-export",
            {"data": {"metrics": metrics}},
            format="json",
            headers={"Authorization": f"Bearer {token}", "automation-aggregation": "Hours"},
        )
        assert steps_of(answer) == {"2026-11-19": 900}


@pytest.mark.parametrize(
    ("since", "left"),
    [(timedelta(hours=2), 100), (timedelta(hours=9), None), ("soon", 100), (None, None)],
)
def test_what_a_phone_may_not_see_any_more_is_not_gone(me, first, since, left):
    now = timezone.now()
    walk = {"start": rfc3339(now - timedelta(hours=5)), "end": rfc3339(now - timedelta(hours=4))}
    push(first["relay_token"], samples=[{"id": "a", "count": 100, **walk}])
    told = rfc3339(now - since) if isinstance(since, timedelta) else since
    whole = {"from": rfc3339(now - timedelta(hours=8)), "to": rfc3339(now), "complete": True}
    push(first["relay_token"], window=whole, status={"earliest_authorized": told})
    assert me.get("/api/v1/steps/2026-11-20").json()["steps"] == left


@pytest.mark.parametrize(
    ("status", "left"),
    [
        ({"permission": "denied"}, 100),
        ({"permission": "refused", "earliest_authorized": "2026-11-01T00:00:00Z"}, 100),
        ({"permission": "never_asked"}, 100),
        ({"permission": "limited"}, 100),
        ({"permission": "limited", "earliest_authorized": "2026-11-01T00:00:00Z"}, None),
        ({"permission": "asked", "earliest_authorized": "2026-11-01T00:00:00"}, 100),
        ({"permission": "asked", "earliest_authorized": 5}, 100),
        ({"permission": "asked", "earliest_authorized": None}, None),
        ({"permission": ["granted"]}, None),
    ],
)
def test_an_app_from_which_samples_may_be_hidden_deletes_nothing(me, first, status, left):
    now = timezone.now()
    walk = {"start": rfc3339(now - timedelta(hours=5)), "end": rfc3339(now - timedelta(hours=4))}
    push(first["relay_token"], samples=[{"id": "a", "count": 100, **walk}])
    whole = {"from": rfc3339(now - timedelta(hours=8)), "to": rfc3339(now), "complete": True}
    push(first["relay_token"], window=whole, status=status)
    assert me.get("/api/v1/steps/2026-11-20").json()["steps"] == left
