"""Misfit against its stand-in over HTTP, under every behaviour that somebody has met there."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from werkzeug.test import Client

from demo.browser import press
from integrations import oauth
from integrations.connections import ConnectRefused
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    ProviderGone,
    RateLimited,
    Rejected,
    Transient,
)
from integrations.registry import config_of, oauth_provider
from sandbox.app import Sandbox
from sandbox.settings import from_env
from tests.integrations import walks

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = NOON.date()
SUMMARY = "/misfit/move/resource/v1/user/me/activity/summary"


@pytest.fixture
def sandbox(running, settings):
    running.control("POST", "reset")
    running.control("PUT", "knobs", frozen_now=NOON.isoformat())
    room = f"{running.url}/misfit"
    settings.BASE_URL = "http://127.0.0.1:9"
    settings.PROVIDERS = {
        "misfit": {
            "status": "available",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "api_url": room,
            "authorize_url": f"{room}/auth/dialog/authorize",
            "token_url": f"{room}/auth/tokens/exchange",
        }
    }
    return running


def knobs(sandbox, **values):
    sandbox.control("PUT", "knobs?room=misfit", **values)


def fault(sandbox, kind, target="summary", **more):
    sandbox.control("PUT", "faults", room="misfit", kind=kind, target=target, **more)


def total(sandbox, email, day, steps):
    sandbox.control("POST", f"people/{email}/steps", date=day.isoformat(), total=steps)


@pytest.fixture
def anna(sandbox, alice):
    sandbox.control("POST", "people", email=alice.email, timezone="UTC")
    return alice


def begin(person):
    return walks.begin(person, "misfit", now=NOON)


def come_back(callback):
    return walks.come_back(callback, "misfit", now=NOON)


@pytest.fixture
def connect(sandbox):
    def walk(person, *, deny=False):
        with requests.Session() as browser:
            return come_back(press(browser, begin(person), account=person.email, deny=deny))

    return walk


@pytest.fixture
def connection(anna, connect):
    return connect(anna)


def fetch(connection, first=TODAY, last=TODAY, **more):
    return walks.fetch(connection, now=NOON, first=first, last=last, **more)


def token(sandbox, email):
    granted = sandbox.control("POST", f"people/{email}/consent", room="misfit")
    assert granted.keys() == {"access_token", "token_type"}
    return granted["access_token"]


@pytest.mark.django_db
class TestConnecting:
    def test_a_walk_brings_an_account_that_no_clock_ends(self, connection):
        assert len(connection.account_id) == 24
        assert connection.account_label == f"Misfit …{connection.account_id[-4:]}"
        assert connection.credential.refresh_token is None
        assert connection.credential.expires_at > NOON + timedelta(days=3000)

    def test_scopes_are_joined_by_commas_and_there_is_no_pkce(self, anna):
        asked = dict(parse_qsl(urlsplit(begin(anna)).query))
        assert asked["scope"] == "public,birthday,email"
        assert "code_challenge" not in asked
        assert "login_hint" not in asked

    def test_a_denial_is_one(self, anna, connect):
        with pytest.raises(ConnectRefused, match="access_denied"):
            connect(anna, deny=True)

    def test_a_redirect_elsewhere_is_refused_on_a_page(self, sandbox, anna):
        given = {
            "client_id": "misfit-2",
            "client_secret": "s",
            "redirect_uris": ["https://a.example/"],
        }
        sandbox.control("POST", "clients", room="misfit", **given)
        url = begin(anna).replace("sandbox-client", "misfit-2")
        answer = requests.get(url, timeout=20, allow_redirects=False)
        assert answer.status_code == 400
        assert "redirect_uri_mismatch" in answer.text

    @pytest.mark.parametrize("way", ["401", "no_token"])
    def test_a_wrong_secret_is_the_operators(self, sandbox, anna, connect, settings, way):
        knobs(sandbox, refused_client=way)
        settings.PROVIDERS["misfit"]["client_secret"] = "wrong"
        with pytest.raises(ConnectRefused, match="app_misconfigured"):
            connect(anna)

    def test_a_code_works_once_and_then_is_called_expired(self, sandbox, anna):
        with requests.Session() as browser:
            callback = press(browser, begin(anna), account=anna.email, deny=False)
        back = dict(parse_qsl(urlsplit(callback).query))
        endpoints = oauth_provider("misfit").endpoints(config_of("misfit"))
        given = {
            "code": back["code"],
            "code_verifier": "",
            "redirect_uri": callback.partition("?")[0],
            "now": NOON,
        }
        assert oauth.exchange(endpoints, config_of("misfit"), **given).refresh_token is None
        with pytest.raises(Rejected) as caught:
            oauth.exchange(endpoints, config_of("misfit"), **given)
        assert caught.value.cause == "oauth_failed"

    def test_a_profile_without_a_name_is_enough(self, sandbox, anna, connect):
        knobs(sandbox, profile_name=False)
        assert connect(anna).account_label.startswith("Misfit")


@pytest.mark.django_db
class TestDays:
    @pytest.mark.parametrize("end", ["inclusive", "exclusive", "flapping"])
    @pytest.mark.parametrize("numbers", ["int", "float", "mixed"])
    def test_the_last_day_comes_whatever_end_date_means(
        self, sandbox, anna, connection, end, numbers
    ):
        knobs(sandbox, end_date=end, numbers=numbers)
        for back in range(4):
            total(sandbox, anna.email, TODAY - timedelta(days=back), 1000 * (4 - back))
        for _ in range(2):
            found = fetch(connection, TODAY - timedelta(days=2), TODAY - timedelta(days=1))
            assert [(day.date, day.steps) for day in found.days] == [
                (TODAY - timedelta(days=2), 2000),
                (TODAY - timedelta(days=1), 3000),
            ]
            assert [type(day.steps) for day in found.days] == [int, int]

    @pytest.mark.parametrize("longest", [30, 31])
    @pytest.mark.parametrize("end", ["inclusive", "exclusive"])
    def test_a_quarter_of_a_year_comes_whole(self, sandbox, anna, connection, longest, end):
        knobs(sandbox, longest_range_days=longest, end_date=end)
        wanted = [TODAY - timedelta(days=back) for back in (100, 71, 70, 41, 40, 30, 29, 1, 0)]
        for day in wanted:
            total(sandbox, anna.email, day, day.toordinal() % 9000)
        found = fetch(connection, TODAY - timedelta(days=100))
        assert [(each.date, each.steps) for each in found.days] == [
            (day, day.toordinal() % 9000) for day in wanted
        ]

    def test_a_day_of_zero_is_kept_and_a_day_nobody_knows_is_not_there(
        self, sandbox, anna, connection
    ):
        total(sandbox, anna.email, TODAY, 0)
        found = fetch(connection, TODAY - timedelta(days=3))
        assert [(day.date, day.steps) for day in found.days] == [(TODAY, 0)]

    def test_a_day_rises_and_falls(self, sandbox, anna, connection):
        for steps in (5000, 8421, 8000):
            total(sandbox, anna.email, TODAY, steps)
            assert fetch(connection).days[0].steps == steps


@pytest.mark.django_db
class TestTheTracker:
    def test_it_has_a_name_a_battery_and_a_last_sync(self, connection):
        (tracker,) = fetch(connection).devices
        assert (tracker.name, tracker.battery) == ("Misfit shine2", "82%")
        assert tracker.last_synced_at <= NOON

    def test_it_may_never_have_synced(self, sandbox, connection):
        knobs(sandbox, device="never_synced")
        (tracker,) = fetch(connection).devices
        assert tracker.last_synced_at is None

    def test_there_may_be_none(self, sandbox, connection):
        knobs(sandbox, device="none")
        assert fetch(connection).devices == ()

    def test_days_are_not_lost_because_it_cannot_be_asked_for(self, sandbox, anna, connection):
        total(sandbox, anna.email, TODAY, 500)
        fault(sandbox, "500", target="device")
        found = fetch(connection)
        assert (found.days[0].steps, found.devices) == (500, None)
        assert [type(each) for each in found.missed] == [Transient]

    def test_it_is_not_asked_for_when_it_is_not_wanted(self, sandbox, connection):
        sandbox.control("DELETE", "counters")
        assert fetch(connection, devices=False).devices is None
        assert sandbox.control("GET", "counters?room=misfit")["endpoints"] == {"summary": 1}


@pytest.mark.django_db
class TestTrouble:
    @pytest.mark.parametrize("keys", ["code", "error_code"])
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("400", Rejected),
            ("401", NeedsReconnect),
            ("403", Rejected),
            ("404", Rejected),
            ("410", ProviderGone),
            ("429", RateLimited),
            ("500", Transient),
            ("502", Transient),
            ("503", Transient),
            ("html_200", ProviderGone),
            ("empty_body", BadPayload),
            ("cut_body", BadPayload),
            ("wrong_types", BadPayload),
            ("huge_numbers", BadPayload),
            ("connection_reset", Transient),
        ],
    )
    def test_every_fault_has_its_word(self, sandbox, anna, connection, kind, expected, keys):
        knobs(sandbox, error_keys=keys)
        total(sandbox, anna.email, TODAY, 5000)
        fault(sandbox, kind)
        with pytest.raises(expected):
            fetch(connection)

    @pytest.mark.parametrize("body", ["text", "empty_object"])
    def test_a_server_error_says_nothing_or_nothing_useful(self, sandbox, connection, body):
        knobs(sandbox, server_error=body)
        fault(sandbox, "500")
        with pytest.raises(Transient):
            fetch(connection)

    @pytest.mark.parametrize(("state", "what"), [("gone", "410"), ("landing_page", "a web page")])
    def test_the_end_of_the_service_is_never_the_persons_to_mend(
        self, sandbox, anna, connection, connect, state, what
    ):
        knobs(sandbox, state=state)
        with pytest.raises(ProviderGone) as caught:
            fetch(connection)
        assert caught.value.cause == "provider_retired", what

    @pytest.mark.parametrize("address", ["http://nowhere.invalid", "https://127.0.0.1:{port}"])
    def test_a_host_that_vanished_may_come_back(self, sandbox, connection, settings, address):
        port = urlsplit(sandbox.url).port
        settings.PROVIDERS["misfit"]["api_url"] = address.format(port=port)
        with pytest.raises(Transient):
            fetch(connection)

    def test_a_revoked_token_needs_the_person_and_no_token_call(self, sandbox, anna, connection):
        sandbox.control("POST", f"people/{anna.email}/revoke", room="misfit")
        sandbox.control("DELETE", "counters")
        with pytest.raises(NeedsReconnect):
            fetch(connection)
        assert sandbox.control("GET", "counters?room=misfit")["endpoints"] == {"summary": 1}

    @pytest.mark.parametrize("reset", ["future", "past", "missing"])
    def test_calls_run_out_by_the_hour(self, sandbox, anna, connection, reset):
        knobs(sandbox, calls_per_hour=3, rate_reset=reset)
        held = {"Authorization": f"Bearer {token(sandbox, anna.email)}"}
        url = f"{sandbox.url}/misfit/move/resource/v1/user/me/device"
        answers = [requests.get(url, headers=held, timeout=20) for _ in range(4)]
        assert answers[-1].status_code == 429
        assert ("X-RateLimit-Reset" in answers[-1].headers) is (reset != "missing")
        with pytest.raises(RateLimited) as caught:
            fetch(connection)
        ahead = caught.value.retry_at
        assert (ahead is not None and ahead > NOON) or reset != "future"


@pytest.mark.django_db
class TestTheStandInItself:
    @pytest.mark.parametrize(
        "shown",
        [
            lambda held: {"headers": {"Authorization": f"Bearer {held}"}},
            lambda held: {"environ_overrides": {"HTTP_ACCESS_TOKEN": held}},
            lambda held: {"query_string": {"access_token": held}},
        ],
    )
    def test_a_token_is_taken_from_three_places(self, tmp_path, shown):
        """Asked in process: most servers drop a header with an underscore in its name."""
        client = Client(Sandbox(from_env({"SANDBOX_DB": str(tmp_path / "sandbox.sqlite3")})))
        client.post("/control/people", json={"email": "ada@example.com"})
        given = client.post("/control/people/ada@example.com/consent", json={"room": "misfit"})
        path = "/misfit/move/resource/v1/user/me/profile/"
        answer = client.get(path, **shown(given.json["access_token"]))
        assert answer.json["email"] == "ada@example.com"

    def test_a_wrong_token_is_told_in_the_older_style(self, sandbox):
        answer = requests.get(f"{sandbox.url}{SUMMARY}", timeout=20)
        assert (answer.status_code, answer.json()) == (
            401,
            {"code": 401, "message": "Invalid Access Token"},
        )

    def test_somebody_elses_account_is_forbidden(self, sandbox, anna):
        held = {"Authorization": f"Bearer {token(sandbox, anna.email)}"}
        url = f"{sandbox.url}{SUMMARY.replace('/me/', '/64ab00000000000000000001/')}"
        assert requests.get(url, headers=held, timeout=20).status_code == 403

    def test_without_detail_there_are_only_totals(self, sandbox, anna):
        total(sandbox, anna.email, TODAY, 500)
        held = {"Authorization": f"Bearer {token(sandbox, anna.email)}"}
        asked = {"start_date": "2026-11-19", "end_date": "2026-11-21"}
        answer = requests.get(f"{sandbox.url}{SUMMARY}", params=asked, headers=held, timeout=20)
        assert answer.json()["steps"] == 500
        assert "summary" not in answer.json()

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"start_date": "2026-11-20", "end_date": "2026-11-19"},
            {"start_date": "2026-10-20", "end_date": "2026-11-20"},
            {"start_date": "yesterday", "end_date": "2026-11-20"},
        ],
    )
    def test_a_range_that_is_none_is_a_bad_request(self, sandbox, anna, asked):
        held = {"Authorization": f"Bearer {token(sandbox, anna.email)}"}
        answer = requests.get(f"{sandbox.url}{SUMMARY}", params=asked, headers=held, timeout=20)
        assert (answer.status_code, answer.json()) == (400, {"error_message": "Invalid parameters"})

    def test_an_unknown_address_is_plain_text(self, sandbox):
        answer = requests.get(f"{sandbox.url}/misfit/nothing", timeout=20)
        assert (answer.status_code, answer.text) == (404, "Cannot GET /path\n")

    def test_a_json_exchange_works_like_a_form_and_misfits_are_told_apart(self, sandbox, anna):
        with requests.Session() as browser:
            callback = press(browser, begin(anna), account=anna.email, deny=False)
        fields = {
            "grant_type": "authorization_code",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "code": dict(parse_qsl(urlsplit(callback).query))["code"],
            "redirect_uri": callback.partition("?")[0],
        }
        url = f"{sandbox.url}/misfit/auth/tokens/exchange"
        wrong = requests.post(url, json=fields | {"redirect_uri": "http://x/"}, timeout=20)
        assert (wrong.status_code, wrong.json()) == (
            403,
            {
                "error": "invalid_grant",
                "error_description": "App Id or redirect_uri does not match",
            },
        )
        assert requests.post(url, json=fields, timeout=20).json()["token_type"] == "bearer"
        again = requests.post(url, json=fields, timeout=20)
        assert (again.status_code, again.json()["error_description"]) == (
            403,
            "Authorization code expired",
        )
        refresh = requests.post(url, json=fields | {"grant_type": "refresh_token"}, timeout=20)
        assert refresh.status_code == 400
