"""The whole way against the sandbox's Google over HTTP: consent, days, failures, disconnecting."""

from datetime import UTC, datetime, time, timedelta

import pytest
import requests

from integrations import connections
from integrations.connections import ConnectRefused
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    RateLimited,
    Rejected,
    StrangePage,
    Transient,
    Unauthorized,
)
from tests.integrations import walks
from tests.sandbox.conftest import Form

NOW = datetime.now(tz=UTC)
TODAY = NOW.date()


class World:
    """The sandbox's control API, as far as these stories need it."""

    def __init__(self, sandbox):
        self.url, self.control = sandbox.url, sandbox.control

    def person(self, email, **fields):
        self.control("POST", "people", email=email, timezone="UTC", **fields)

    def total(self, email, day, steps):
        self.control("POST", f"people/{email}/steps", date=day.isoformat(), total=steps)

    def fault(self, kind, target, **fields):
        self.control("PUT", "faults", kind=kind, target=target, **fields)

    def knobs(self, **values):
        self.control("PUT", "knobs", **values)

    def agree(self, url):
        """Submit the consent page as it stands; where that leads."""
        page = requests.get(url, timeout=20)
        answer = requests.post(
            page.url, data=Form(page.text).fields, allow_redirects=False, timeout=20
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture
def world(running, settings):
    running.control("POST", "reset")
    google = f"{running.url}/google"
    settings.BASE_URL = "http://127.0.0.1:9"
    settings.PROVIDERS = {
        "fitbit": {
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "api_url": google,
            "authorize_url": f"{google}/o/oauth2/v2/auth",
            "token_url": f"{google}/token",
            "revoke_url": f"{google}/revoke",
        }
    }
    return World(running)


@pytest.fixture
def connect(world):
    def walk(person):
        back = world.agree(walks.begin(person, "fitbit", now=NOW))
        return walks.come_back(back, "fitbit", now=NOW)

    return walk


def fetch(connection, first=TODAY, last=TODAY, **hours):
    return walks.fetch(connection, now=NOW, first=first, last=last, **hours)


@pytest.mark.django_db
class TestTheWholeWay:
    @pytest.fixture(autouse=True)
    def person(self, world, alice):
        world.person(alice.email)

    def test_steps_devices_and_zone_arrive(self, world, alice, connect):
        world.total(alice.email, TODAY, 8421)
        found = fetch(connect(alice))
        assert [(day.date, day.steps) for day in found.days] == [(TODAY, 8421)]
        assert found.timezone == "UTC"
        assert found.missed == ()
        assert all(device.external_id for device in found.devices)

    @pytest.mark.parametrize(
        "knobs",
        [
            {"int64": "number", "true_zero": "0"},
            {"first_page_empty": True, "empty_last_token": True},
            {"zero_windows": "absent"},
        ],
    )
    def test_every_unconfirmed_reading_of_google_gives_the_same_days(
        self, world, alice, connect, knobs
    ):
        world.knobs(**knobs)
        for back in range(3):
            world.total(alice.email, TODAY - timedelta(days=back), 1000 * (back + 1))
        found = fetch(connect(alice), TODAY - timedelta(days=1))
        assert [day.steps for day in found.days] == [2000, 1000]

    def test_a_quarter_of_a_year_and_more_comes_whole(self, world, alice, connect):
        first = TODAY - timedelta(days=100)
        world.total(alice.email, first, 111)
        world.total(alice.email, TODAY, 222)
        found = fetch(connect(alice), first)
        assert {day.date: day.steps for day in found.days} == {first: 111, TODAY: 222}

    def test_the_hours_of_a_day_add_up_to_its_total(self, world, alice, connect):
        day = TODAY - timedelta(days=1)
        world.total(alice.email, day, 7321)
        start = datetime.combine(day, time.min, tzinfo=UTC)
        found = fetch(
            connect(alice), day, day, hours_from=start, hours_to=start + timedelta(days=1)
        )
        assert sum(hour.steps for hour in found.hours) == 7321
        assert found.days[0].steps == 7321

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("500", Transient),
            ("503", Transient),
            ("504", Transient),
            ("429", RateLimited),
            ("401", Unauthorized),
            ("403_scope", NeedsReconnect),
            ("403_service_disabled", Rejected),
            ("html_200", StrangePage),
            ("empty_body", BadPayload),
            ("connection_reset", Transient),
            ("cut_body", BadPayload),
            ("wrong_types", BadPayload),
            ("huge_numbers", BadPayload),
        ],
    )
    def test_every_fault_of_the_days_has_its_word(self, world, alice, connect, kind, expected):
        connection = connect(alice)
        world.total(alice.email, TODAY, 5000)
        world.fault(kind, "dailyRollUp")
        with pytest.raises(expected) as caught:
            fetch(connection)
        assert type(caught.value) is expected

    def test_a_token_refused_once_is_replaced_unnoticed(self, world, alice, connect):
        connection = connect(alice)
        world.total(alice.email, TODAY, 5000)
        world.fault("401", "dailyRollUp", times=1)
        assert fetch(connection).days[0].steps == 5000

    def test_consent_withdrawn_at_google_needs_a_reconnect(self, world, alice, connect):
        connection = connect(alice)
        world.control("POST", f"people/{alice.email}/revoke")
        with pytest.raises(NeedsReconnect):
            fetch(connection)
        connections.mark_needs_reconnect(connection=connection, cause="consent_revoked", now=NOW)
        assert connect(alice).pk == connection.pk
        world.total(alice.email, TODAY, 5000)
        assert fetch(connection).days[0].steps == 5000

    def test_disconnecting_ends_the_grant_at_google(self, world, alice, connect):
        connection = connect(alice)
        token = connection.credential.access_token
        connections.disconnect(connection=connection, now=NOW)
        assert connections.revoke_pending(now=NOW, limit=5) == 1
        url = f"{world.url}/google/v4/users/me/identity"
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        assert answer.status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("not_linked", "account_not_linked"),
        ("no_profile", "account_profile_missing"),
        ("legacy", "reconsent_required_migration"),
    ],
)
def test_an_account_google_cannot_serve_is_not_connected(world, alice, connect, account, code):
    world.person(alice.email, account_state=account)
    with pytest.raises(ConnectRefused, match=code):
        connect(alice)
