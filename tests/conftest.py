"""People of the stories: Alice and Bob work at Acme, Charlie elsewhere, HR runs the challenges."""

import psycopg
import pytest
import redis
from django.conf import settings
from rest_framework.test import APIClient

from integrations import breakers
from tests.factories import PASSWORD, OrganizationFactory, UserFactory
from users.models import Role
from users.pipeline import Pipeline


@pytest.fixture(autouse=True)
def empty_redis(request):
    """Give every test that uses the database a Redis of its own."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        redis.Redis.from_url(settings.CACHE_URL).flushdb()
        breakers._calm_until.clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hash test passwords with one cheap round; how passwords are kept is Django's to test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def acme(db):
    return OrganizationFactory(name="Acme")


@pytest.fixture
def alice(acme):
    return UserFactory(organization=acme, email="alice@acme.example", display_name="Alice Adams")


@pytest.fixture
def bob(acme):
    return UserFactory(organization=acme, email="bob@acme.example", display_name="Bob Brown")


@pytest.fixture
def charlie(db):
    return UserFactory(
        organization=OrganizationFactory(name="Other Ltd"),
        email="charlie@other.example",
        display_name="Charlie Chan",
    )


@pytest.fixture
def hr(acme):
    return UserFactory(
        organization=acme, email="hr@acme.example", display_name="Hana HR", role=Role.HR_MANAGER
    )


@pytest.fixture
def api():
    """Return a function that signs a person in as a phone does and gives their API client."""

    def sign_in(person):
        client = APIClient()
        answer = client.post(
            "/_allauth/app/v1/auth/login",
            {"email": person.email, "password": PASSWORD},
            format="json",
        )
        token = answer.json()["meta"]["access_token"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return sign_in


def tell_of_trips(monkeypatch, told):
    """Call ``told`` with the statements of everything that is sent to PostgreSQL."""
    execute, answers = psycopg.Cursor.execute, Pipeline.answers

    def alone(cursor, query, *args, **kwargs):
        told([" ".join(str(query).split())])
        return execute(cursor, query, *args, **kwargs)

    def together(pipeline, asked, **kwargs):
        told([" ".join(statement.text.split()) for statement in asked])
        return answers(pipeline, asked, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", alone)
    monkeypatch.setattr(Pipeline, "answers", together)


@pytest.fixture
def statements(monkeypatch):
    """Every statement that reaches PostgreSQL, whoever sends it."""
    sent = []
    tell_of_trips(monkeypatch, sent.extend)
    return sent


@pytest.fixture
def trips(monkeypatch):
    """The statements of each trip to PostgreSQL, trip by trip."""
    made = []
    tell_of_trips(monkeypatch, made.append)
    return made


def pytest_collection_modifyitems(items):
    """Begin with the files that take long, so that no worker is left with them at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)
