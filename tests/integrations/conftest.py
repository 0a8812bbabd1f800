"""Fixtures of the outside world: a stand-in provider over a real socket, and the sandbox."""

import pytest

from tests.contract.sandbox_thread import SandboxThread
from tests.integrations.stand_in import Answer, StandIn

ACTIVITY = "https://www.googleapis.com/auth/googlehealth.activity_and_fitness.readonly"
SETTINGS = "https://www.googleapis.com/auth/googlehealth.settings.readonly"
BOTH = f"{SETTINGS} {ACTIVITY}"


@pytest.fixture
def stand_in():
    server = StandIn()
    yield server
    server.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The sandbox for all tests of a file; each begins with a reset."""
    thread = SandboxThread(tmp_path_factory.mktemp("sandbox"))
    yield thread
    thread.close()


@pytest.fixture
def google(stand_in, settings):
    """Google's hosts, answering a connect walk that goes well."""
    settings.PROVIDERS = {
        "fitbit": {
            "client_id": "stepwell-client",
            "client_secret": "stepwell-secret",
            "api_url": stand_in.url,
            "authorize_url": f"{stand_in.url}/o/oauth2/v2/auth",
            "token_url": f"{stand_in.url}/token",
            "revoke_url": f"{stand_in.url}/revoke",
        }
    }
    stand_in.routes["/token"] = Answer(body=token_body())
    stand_in.routes["/revoke"] = Answer(body={})
    stand_in.routes["/v4/users/me/identity"] = Answer(body=identity_body("7700112233445566778"))
    return stand_in


def token_body(number=1, scope=BOTH, **extra):
    return {
        "access_token": f"ya29.access-{number}",
        "expires_in": 3599,
        "refresh_token": f"1//refresh-{number}",
        "scope": scope,
        "token_type": "Bearer",
    } | extra


def identity_body(health_user_id, legacy="A1B2C3"):
    return {
        "name": "users/me/identity",
        "legacyUserId": legacy,
        "healthUserId": health_user_id,
    }
