"""A small upload is what phones send all day: how much it may ask PostgreSQL is kept an eye on.

What goes together costs little more than one statement; each trip costs as much as several.
"""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from challenges import membership
from tests.factories import ChallengeFactory, TeamFactory
from users.instants import rfc3339

pytestmark = pytest.mark.django_db
WATCH = {"app": "com.apple.health.0B1C", "name": "Watch", "product": "Watch7,5"}


@pytest.fixture
def phone(alice, api, time_machine):
    time_machine.move_to("2026-11-20T11:00:00Z", tick=False)
    made = api(alice).post("/api/v1/connections", {"provider": "healthkit"}, format="json")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['relay_token']}")
    return client


def upload(phone, *minutes):
    start = timezone.now() - timedelta(hours=2)
    samples = [
        {
            "id": f"s{minute}",
            "start": rfc3339(start + timedelta(minutes=minute)),
            "end": rfc3339(start + timedelta(minutes=minute + 1)),
            "count": 60 + minute % 7,
            "source": WATCH,
        }
        for minute in minutes
    ]
    body = json.dumps({"schema": "relay/1", "samples": samples}).encode()
    answer = phone.post("/api/v1/relay/uploads", body, content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def of_the_work(trips):
    """Leave out what only a test needs, whose transaction is never committed."""
    return [each for each in trips if not each[0].startswith(("SAVEPOINT", "RELEASE"))]


def test_an_upload_costs_the_same_few_trips_whatever_it_holds(phone, trips):
    upload(phone, 0)
    counts = []
    for minutes in ([1], range(2, 42)):
        trips.clear()
        assert upload(phone, *minutes)["accepted"] == len(minutes)
        made = of_the_work(trips)
        counts.append((len(made), sum(map(len, made))))
    assert counts[0] == counts[1] <= (6, 21)


def test_an_upload_of_somebody_in_a_challenge_and_a_team_costs_two_trips_more(alice, phone, trips):
    game = ChallengeFactory(organization=alice.organization)
    team = TeamFactory(challenge=game)
    membership.join(challenge=game, person=alice, team=team, now=timezone.now())
    upload(phone, 0)
    trips.clear()
    upload(phone, 1)
    made = of_the_work(trips)
    assert (len(made), sum(map(len, made))) <= (8, 24)
    assert alice.participations.get().score == 121


def test_a_repeat_writes_nothing_but_that_it_came(phone, trips):
    upload(phone, 0, 1)
    trips.clear()
    assert upload(phone, 0, 1)["unchanged"] == 2
    statements = [each for trip in of_the_work(trips) for each in trip]
    written = [each for each in statements if each.startswith(("INSERT", "UPDATE", "WITH"))]
    assert [each.split()[:3][-1] for each in written] == [
        "SET",
        "SET",
        "steps_freshness",
    ]
    assert len(of_the_work(trips)) <= 5
    assert len(statements) <= 10
