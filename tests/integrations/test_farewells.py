"""How each kind of provider is told that we leave: by a call, or by ending a token."""

from datetime import timedelta

import pytest

from integrations import connections, revocations
from integrations.models import ConnectionStatus, Credential, PendingRevocation
from tests.factories import NOON, ConnectionFactory
from tests.integrations.stand_in import Answer

pytestmark = pytest.mark.django_db
REGISTRATION = "/wellness-api/rest/user/registration"
ACCOUNTS = {"garmin": "u-0001", "polar": "475", "oura": "ab-12"}


@pytest.fixture(autouse=True)
def cloud(stand_in, settings):
    urls = {
        "client_id": "c",
        "client_secret": "s",
        "api_url": stand_in.url,
        "token_url": f"{stand_in.url}/token",
        "revoke_url": f"{stand_in.url}/revoke",
    }
    settings.PROVIDERS = dict.fromkeys(ACCOUNTS, urls)
    refreshed = {"access_token": "at-2", "refresh_token": "rt-2", "expires_in": 3600}
    stand_in.routes["/token"] = Answer(body=refreshed | {"token_type": "bearer"})
    stand_in.routes["/revoke"] = Answer(body={})
    stand_in.routes[REGISTRATION] = Answer(204)
    stand_in.routes["/v3/users/475"] = Answer(204)
    return stand_in


def disconnected(slug, *, ends=timedelta(hours=1), refresh="rt-1"):
    connection = ConnectionFactory(provider=slug, account_id=ACCOUNTS[slug])
    Credential.objects.create(
        connection=connection, access_token="at-1", refresh_token=refresh, expires_at=NOON + ends
    )
    connections.disconnect(connection=connection, now=NOON)
    return connection


def asked(stand_in):
    return [(each.method, each.path) for each in stand_in.asked]


def revoke(now=NOON):
    return connections.revoke_pending(now=now, limit=10)


def refuses(*tokens):
    """An endpoint that takes none of these tokens."""

    def answer(request):
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        dead = shown in tokens or request.query.get("access_token") in tokens
        return Answer(401 if dead else 204)

    return answer


@pytest.mark.parametrize(("slug", "path"), [("garmin", REGISTRATION), ("polar", "/v3/users/475")])
def test_a_provider_that_wants_a_call_gets_it_with_the_access_token(cloud, slug, path):
    disconnected(slug)
    assert revoke() == 1
    assert asked(cloud) == [("DELETE", path)]
    assert cloud.asked[0].headers["Authorization"] == "Bearer at-1"
    assert not PendingRevocation.objects.exists()


def test_the_tokens_wait_encrypted(cloud):
    disconnected("garmin")
    row = PendingRevocation.objects.get()
    assert (row.token, row.access_token) == ("rt-1", "at-1")
    assert row.access_expires_at == NOON + timedelta(hours=1)
    stored = PendingRevocation.objects.extra(
        select={"raw": "access_token", "raw_token": "token"}
    ).values_list("raw", "raw_token")
    assert all("at-1" not in raw and "rt-1" not in raw_token for raw, raw_token in stored)


def test_a_token_that_ran_out_is_refreshed_first(cloud):
    disconnected("garmin", ends=timedelta(0))
    assert revoke() == 1
    assert asked(cloud) == [("POST", "/token"), ("DELETE", REGISTRATION)]
    assert cloud.asked[0].form["refresh_token"] == "rt-1"
    assert cloud.asked[1].headers["Authorization"] == "Bearer at-2"


def test_a_token_that_is_refused_is_refreshed_and_tried_once_more(cloud):
    cloud.routes[REGISTRATION] = refuses("at-1")
    disconnected("garmin")
    assert revoke() == 1
    assert asked(cloud) == [("DELETE", REGISTRATION), ("POST", "/token"), ("DELETE", REGISTRATION)]


def test_a_new_pair_is_kept_when_the_call_after_it_fails(cloud):
    cloud.routes[REGISTRATION] = Answer(503)
    disconnected("garmin", ends=timedelta(0))
    assert revoke() == 0
    row = PendingRevocation.objects.get()
    assert (row.token, row.access_token) == ("rt-2", "at-2")
    cloud.routes[REGISTRATION] = Answer(204)
    cloud.asked.clear()
    assert revoke(now=row.next_attempt_at) == 1
    assert asked(cloud) == [("DELETE", REGISTRATION)]


def test_a_grant_that_is_dead_leaves_nothing_to_say(cloud):
    cloud.routes["/token"] = Answer(400, {"error": "invalid_grant"})
    disconnected("garmin", ends=timedelta(0))
    assert revoke() == 1
    assert asked(cloud) == [("POST", "/token")]


def test_a_refused_token_without_a_refresh_token_is_dead(cloud):
    cloud.routes["/v3/users/475"] = refuses("at-1")
    disconnected("polar", refresh=None)
    assert revoke() == 1
    assert asked(cloud) == [("DELETE", "/v3/users/475")]


def test_a_wrong_client_secret_is_tried_again_for_the_operator(cloud):
    cloud.routes["/token"] = Answer(401, {"error": "invalid_client"})
    disconnected("garmin", ends=timedelta(0))
    assert revoke() == 0
    assert PendingRevocation.objects.exists()


def test_a_provider_that_is_down_is_told_later(cloud):
    cloud.routes[REGISTRATION] = Answer(503)
    disconnected("garmin")
    assert revoke() == 0
    cloud.routes[REGISTRATION] = Answer(204)
    assert revoke(now=NOON + timedelta(minutes=5)) == 1


def test_somebody_who_came_back_is_not_thrown_out(cloud):
    connection = disconnected("garmin")
    type(connection).objects.filter(pk=connection.pk).update(status=ConnectionStatus.ACTIVE)
    assert revoke() == 1
    assert cloud.asked == []


def test_a_revocation_may_want_the_access_token_in_the_query(cloud):
    disconnected("oura")
    assert revoke() == 1
    (asked_once,) = cloud.asked
    assert (asked_once.method, asked_once.query) == ("POST", {"access_token": "at-1"})
    assert asked_once.body == b""


def test_such_a_token_is_refreshed_when_it_is_refused(cloud):
    cloud.routes["/revoke"] = refuses("at-1")
    disconnected("oura")
    assert revoke() == 1
    assert [each.query.get("access_token") for each in cloud.calls("/revoke")] == ["at-1", "at-2"]


def test_a_row_from_before_access_tokens_were_kept_is_refreshed(cloud):
    PendingRevocation.objects.create(
        provider="garmin", account_id="u-1", token="rt-0", next_attempt_at=NOON, created_at=NOON
    )
    assert revoke() == 1
    assert cloud.asked[0].form["refresh_token"] == "rt-0"


def test_a_provider_whose_folder_is_gone_holds_nothing_up(cloud):
    held = revocations.Held(access_token="at", access_expires_at=NOON, refresh_token=None)
    revocations.queue(provider="vanished", account_id="1", held=held, now=NOON)
    assert revoke() == 1
