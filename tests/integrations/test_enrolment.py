"""What a provider is told after a consent, and what is remembered of it."""

from datetime import date, timedelta

import pytest

from integrations import calls, enrolment
from integrations.errors import NeedsReconnect, Transient
from integrations.models import Connection, Credential
from integrations.registry import config_of, oauth_provider
from tests.factories import NOON, ConnectionFactory
from tests.integrations.stand_in import Answer

pytestmark = pytest.mark.django_db
BACKFILL = "/wellness-api/rest/backfill/dailies"
FIRST, LAST = date(2026, 10, 22), date(2026, 11, 20)


@pytest.fixture(autouse=True)
def cloud(stand_in, settings):
    values = {"client_id": "c", "client_secret": "s", "api_url": stand_in.url}
    settings.PROVIDERS = dict.fromkeys(("garmin", "polar", "oura"), values)
    stand_in.routes["/v3/users"] = Answer(body={})
    stand_in.routes[BACKFILL] = Answer(202)
    return stand_in


def connected(slug):
    connection = ConnectionFactory(provider=slug, account_id="475", connected_at=NOON)
    Credential.objects.create(connection=connection, access_token="at", expires_at=NOON)
    return connection


def tell(connection):
    provider, config = oauth_provider(connection.provider), config_of(connection.provider)
    http = calls.client_for(provider, config, access_token="at", now=NOON)
    return enrolment.tell(http, connection, first=FIRST, last=LAST)


@pytest.mark.parametrize(("slug", "due"), [("garmin", True), ("polar", True), ("oura", False)])
def test_only_providers_that_want_to_be_told_are(slug, due):
    assert enrolment.is_due(connected(slug)) is due


def test_an_account_is_registered(cloud):
    assert tell(connected("polar")) is True
    assert [(each.method, each.path) for each in cloud.asked] == [("POST", "/v3/users")]


def test_history_is_asked_for(cloud):
    assert tell(connected("garmin")) is True
    assert len(cloud.calls(BACKFILL)) == 1


def test_history_that_is_not_shared_is_no_failure(cloud):
    cloud.routes[BACKFILL] = Answer(403)
    assert tell(connected("garmin")) is False


@pytest.mark.parametrize(
    ("slug", "path", "status", "expected"),
    [
        ("garmin", BACKFILL, 503, Transient),
        ("polar", "/v3/users", 500, Transient),
        ("polar", "/v3/users", 403, NeedsReconnect),
    ],
)
def test_failures_are_passed_on(cloud, slug, path, status, expected):
    cloud.routes[path] = Answer(status)
    with pytest.raises(expected):
        tell(connected(slug))


def test_who_was_told_is_not_told_again():
    connection = connected("polar")
    enrolment.note(connection, shares_history=True, now=NOON)
    assert not enrolment.is_due(connection)
    assert Credential.objects.get().enrolled_at == NOON
    assert Connection.objects.get().missing_permissions == []


def test_missing_history_is_shown():
    connection = connected("garmin")
    enrolment.note(connection, shares_history=False, now=NOON)
    assert Connection.objects.get().missing_permissions == ["history"]


def test_a_consent_given_meanwhile_stays_untold():
    connection = connected("garmin")
    Connection.objects.update(connected_at=NOON + timedelta(minutes=1))
    enrolment.note(connection, shares_history=False, now=NOON)
    assert enrolment.is_due(connection)
    assert Connection.objects.get().missing_permissions == []
