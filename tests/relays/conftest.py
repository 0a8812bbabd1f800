"""Alice's two phones at noon of her local day, connected through the API."""

import json

import pytest
from django.utils import timezone
from rest_framework.test import APIClient


@pytest.fixture
def noon(time_machine):
    """Noon in Berlin on 18 November 2026, where Alice lives."""
    time_machine.move_to("2026-11-18T11:00:00Z", tick=False)
    return timezone.now()


@pytest.fixture
def pass_time(time_machine, noon):
    """Return a function that lets minutes pass."""

    def wait(minutes):
        time_machine.shift(minutes * 60)

    return wait


@pytest.fixture
def connect_phone(noon, api, alice):
    """Return a function that connects a relay and gives what the API answered."""

    def connect(provider, person=alice):
        answer = api(person).post("/api/v1/connections", {"provider": provider}, format="json")
        assert answer.status_code == 201, answer.json()
        return answer.json()

    return connect


@pytest.fixture
def iphone(connect_phone):
    return Phone(connect_phone("healthkit"))


@pytest.fixture
def android(connect_phone):
    return Phone(connect_phone("health-connect"))


@pytest.fixture
def steps_on(api, alice):
    """Return a function that reads Alice's merged steps of a day, as her app sees them."""

    def read(day):
        answer = api(alice).get(f"/api/v1/steps?from={day}&to={day}")
        return answer.json()["results"][0]["steps"]

    return read


class Phone:
    """Posts bodies with the relay token of a connection."""

    def __init__(self, connected):
        self.connected = connected
        self.token = connected["relay_token"]
        self.client = APIClient()

    def post(self, address, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token}"} | headers
        return self.client.post(
            f"/api/v1/relay/{address}", raw, content_type="application/json", headers=sent
        )
