"""Withings against its stand-in over HTTP: tokens, pages, numbers inside a success, leaving."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from demo.browser import press
from integrations import connections, oauth
from integrations.errors import BadPayload, NeedsReconnect, RateLimited, Rejected, Transient
from integrations.registry import config_of, oauth_provider
from integrations.tokens import fresh_token
from tests.integrations import walks
from tests.integrations.stand_in import Answer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture
def sandbox(running, settings):
    running.control("POST", "reset")
    running.control("PUT", "knobs", frozen_now=NOON.isoformat())
    room = f"{running.url}/withings"
    settings.BASE_URL = "http://127.0.0.1:9"
    settings.PROVIDERS = {
        "withings": {
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "api_url": room,
            "authorize_url": f"{room}/oauth2_user/authorize2",
            "token_url": f"{room}/v2/oauth2",
        }
    }
    return running


def knobs(sandbox, **values):
    sandbox.control("PUT", "knobs?room=withings", **values)


def clock(sandbox, moment):
    sandbox.control("PUT", "knobs", frozen_now=moment.isoformat())


def fault(sandbox, kind, target="measure", **more):
    sandbox.control("PUT", "faults", room="withings", kind=kind, target=target, **more)


def total(sandbox, email, day, steps):
    sandbox.control("POST", f"people/{email}/steps", date=day.isoformat(), total=steps)


def callback_of(person):
    url = walks.begin(person, "withings", now=NOON)
    with requests.Session() as browser:
        return press(browser, url, account=person.email, deny=False)


@pytest.fixture
def anna(sandbox, alice):
    sandbox.control("POST", "people", email=alice.email, timezone="Europe/Berlin")
    return alice


@pytest.fixture
def connection(anna):
    return walks.come_back(callback_of(anna), "withings", now=NOON)


def ask(connection, question, now=NOON):
    return walks.ask(connection, question, now=now)


def fetch(connection, first=TODAY, last=TODAY, now=NOON):
    return walks.fetch(connection, now=now, first=first, last=last)


def join(connection, url):
    provider = oauth_provider("withings")
    return ask(
        connection,
        lambda http: provider.join(
            http, config_of("withings"), account_id=connection.account_id, webhook_url=url
        ),
    )


def subscribed(sandbox):
    found = sandbox.control("GET", "rooms/withings/subscriptions")["subscriptions"]
    return [(each["appli"], each["url"]) for each in found]


@pytest.mark.django_db(transaction=True)
class TestTokens:
    def test_a_walk_takes_the_account_out_of_the_envelope(self, connection):
        assert connection.account_id.isdecimal()
        assert connection.granted_scopes == ["user.activity"]
        assert connection.credential.expires_at == NOON + timedelta(seconds=10800)
        assert connection.credential.refresh_token

    def test_a_refresh_brings_a_new_pair(self, sandbox, connection):
        before = connection.credential.refresh_token
        later = NOON + timedelta(hours=4)
        clock(sandbox, later)
        token = fresh_token(connection_id=connection.pk, now=later)
        connection.credential.refresh_from_db()
        assert connection.credential.access_token == token
        assert connection.credential.refresh_token != before

    def test_the_old_refresh_token_works_until_the_new_token_is_used(self, sandbox, connection):
        """A pair that was lost between their answer and our commit can be had once more."""
        endpoints, config = (
            oauth_provider("withings").endpoints(config_of("withings")),
            config_of("withings"),
        )
        old = connection.credential.refresh_token
        lost = oauth.refresh(endpoints, config, refresh_token=old, now=NOON)
        again = oauth.refresh(endpoints, config, refresh_token=old, now=NOON)
        assert lost.refresh_token != again.refresh_token
        requests.post(
            f"{sandbox.url}/withings/v2/measure",
            headers={"Authorization": f"Bearer {again.access_token}"},
            timeout=20,
        )
        with pytest.raises(NeedsReconnect):
            oauth.refresh(endpoints, config, refresh_token=old, now=NOON)
        assert oauth.refresh(endpoints, config, refresh_token=again.refresh_token, now=NOON)

    def test_the_old_refresh_token_dies_after_eight_hours(self, sandbox, connection):
        endpoints, config = (
            oauth_provider("withings").endpoints(config_of("withings")),
            config_of("withings"),
        )
        old = connection.credential.refresh_token
        oauth.refresh(endpoints, config, refresh_token=old, now=NOON)
        clock(sandbox, NOON + timedelta(hours=8, seconds=1))
        with pytest.raises(NeedsReconnect):
            oauth.refresh(endpoints, config, refresh_token=old, now=NOON)

    def test_a_code_lives_half_a_minute(self, sandbox, anna):
        back = callback_of(anna)
        clock(sandbox, NOON + timedelta(seconds=31))
        endpoints, config = (
            oauth_provider("withings").endpoints(config_of("withings")),
            config_of("withings"),
        )
        with pytest.raises(Rejected) as caught:
            oauth.exchange(
                endpoints,
                config,
                code=dict(parse_qsl(urlsplit(back).query))["code"],
                code_verifier="",
                redirect_uri=back.partition("?")[0],
                now=NOON,
            )
        assert caught.value.cause == "oauth_failed"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("invalid_grant", NeedsReconnect),
            ("invalid_client", Rejected),
            ("503", Transient),
            ("500", Transient),
            ("429", Transient),
            ("400", Rejected),
        ],
    )
    def test_a_refusal_of_a_refresh_has_its_word(self, sandbox, connection, kind, expected):
        endpoints, config = (
            oauth_provider("withings").endpoints(config_of("withings")),
            config_of("withings"),
        )
        fault(sandbox, kind, target="token")
        with pytest.raises(expected) as caught:
            oauth.refresh(
                endpoints, config, refresh_token=connection.credential.refresh_token, now=NOON
            )
        assert type(caught.value) is expected


@pytest.mark.django_db(transaction=True)
class TestDays:
    @pytest.mark.parametrize("rows", [1, 2, 100])
    @pytest.mark.parametrize("end", ["inclusive", "exclusive"])
    @pytest.mark.parametrize("sources", [1, 2])
    def test_pages_ends_and_sources_give_the_same_days(
        self, sandbox, anna, connection, rows, end, sources
    ):
        knobs(sandbox, rows_per_page=rows, end_date=end, sources=sources)
        for back in range(4):
            total(sandbox, anna.email, TODAY - timedelta(days=back), 1000 * (4 - back))
        found = fetch(connection, TODAY - timedelta(days=2), TODAY - timedelta(days=1))
        assert [(day.date, day.steps) for day in found.days] == [
            (TODAY - timedelta(days=2), 2000),
            (TODAY - timedelta(days=1), 3000),
        ]
        assert found.timezone == "Europe/Berlin"

    def test_zero_is_a_reading_and_silence_is_none(self, sandbox, anna, connection):
        total(sandbox, anna.email, TODAY, 0)
        found = fetch(connection, TODAY - timedelta(days=3))
        assert [(day.date, day.steps) for day in found.days] == [(TODAY, 0)]


@pytest.mark.django_db(transaction=True)
class TestTrouble:
    @pytest.mark.parametrize(
        ("kind", "expected", "cause"),
        [
            ("400", Rejected, "app_misconfigured"),
            ("403", Rejected, "app_misconfigured"),
            ("500", Transient, "provider_outage"),
            ("503", Transient, "provider_outage"),
            ("html_200", BadPayload, "provider_outage"),
            ("empty_body", BadPayload, "provider_outage"),
            ("cut_body", BadPayload, "provider_outage"),
            ("wrong_types", BadPayload, "provider_outage"),
            ("huge_numbers", BadPayload, "provider_outage"),
        ],
    )
    def test_every_fault_has_its_word(self, sandbox, anna, connection, kind, expected, cause):
        total(sandbox, anna.email, TODAY, 5000)
        fault(sandbox, kind)
        with pytest.raises(expected) as caught:
            fetch(connection)
        assert caught.value.cause == cause

    @pytest.mark.parametrize(
        ("way", "cause"),
        [("601", "provider_rate_limited_app"), ("429", "provider_rate_limited_user")],
    )
    def test_too_many_is_said_in_two_ways(self, sandbox, connection, way, cause):
        knobs(sandbox, too_many=way)
        fault(sandbox, "429")
        with pytest.raises(RateLimited) as caught:
            fetch(connection)
        assert caught.value.cause == cause

    def test_a_token_refused_once_is_replaced(self, sandbox, anna, connection):
        total(sandbox, anna.email, TODAY, 5000)
        fault(sandbox, "401", times=1)
        assert fetch(connection).days[0].steps == 5000

    def test_a_withdrawn_consent_needs_the_person(self, sandbox, anna, connection):
        sandbox.control("POST", f"people/{anna.email}/revoke", room="withings")
        with pytest.raises(NeedsReconnect):
            fetch(connection)


@pytest.mark.django_db(transaction=True)
class TestComingAndGoing:
    def test_joining_subscribes_an_address_of_ones_own_once(self, sandbox, connection, stand_in):
        stand_in.routes = Anywhere()
        for _ in range(2):
            join(connection, f"{stand_in.url}/webhooks/withings")
        found = subscribed(sandbox)
        assert [appli for appli, _ in found] == [16, 46]
        assert len({url for _, url in found}) == 1
        base, _, proof = found[0][1].rpartition("/")
        assert base == f"{stand_in.url}/webhooks/withings"
        assert len(proof) == 40
        assert {request.method for request in stand_in.asked} == {"HEAD"}

    def test_an_address_that_does_not_answer_is_the_operators_to_mend(self, connection):
        with pytest.raises(Rejected, match="293"):
            join(connection, "http://127.0.0.1:9/webhooks/withings")

    def test_leaving_ends_the_grant_and_the_subscriptions(self, sandbox, anna, connection):
        knobs(sandbox, probe=False)
        join(connection, "https://stepwell.example/webhooks/withings")
        connections.disconnect(connection=connection, now=NOON)
        assert connections.revoke_pending(now=NOON, limit=5) == 1
        shown = sandbox.control("GET", f"people/{anna.email}?room=withings")
        assert shown["now"]["grants"] == []
        assert subscribed(sandbox) == []

    def test_a_wrong_secret_ends_nothing(self, sandbox, anna, connection, settings):
        settings.PROVIDERS["withings"]["client_secret"] = "wrong"
        provider = oauth_provider("withings")
        with pytest.raises(Rejected):
            ask(
                connection,
                lambda http: provider.leave(
                    http, config_of("withings"), account_id=connection.account_id
                ),
            )
        assert sandbox.control("GET", f"people/{anna.email}?room=withings")["now"]["grants"]


class Anywhere(dict):
    """Every address answers."""

    def get(self, path, default=None):
        return Answer(200, b"")
