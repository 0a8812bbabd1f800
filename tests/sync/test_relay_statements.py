"""A small upload is what phones send all day: how many statements it may cost is kept an eye on."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

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


def of_the_work(statements):
    return [each for each in statements if not each.startswith(("SAVEPOINT", "RELEASE"))]


def test_an_upload_costs_the_same_few_statements_whatever_it_holds(phone, statements):
    upload(phone, 0)
    counts = []
    for minutes in ([1], range(2, 42)):
        statements.clear()
        assert upload(phone, *minutes)["accepted"] == len(minutes)
        counts.append(len(of_the_work(statements)))
    assert counts[0] == counts[1] <= 18


def test_a_repeat_writes_nothing_but_that_it_came(phone, statements):
    upload(phone, 0, 1)
    statements.clear()
    assert upload(phone, 0, 1)["unchanged"] == 2
    written = [each for each in statements if each.startswith(("INSERT", "UPDATE", "WITH"))]
    assert [each.split()[:3][-1] for each in written] == [
        "SET",
        "SET",
        "steps_freshness",
    ]
    assert len(of_the_work(statements)) <= 11
