"""A browser that HR staff are signed in with."""

import pytest

from tests.factories import UserFactory
from users.models import Role


@pytest.fixture
def staff(client, hr):
    client.force_login(hr)
    return client


@pytest.fixture
def viewer(acme):
    return UserFactory(organization=acme, display_name="Vera Viewer", role=Role.HR_VIEWER)


@pytest.fixture
def partial():
    """Headers of a page that asks for a part of itself."""
    return {"HX-Request": "true"}
