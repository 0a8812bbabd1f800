"""People who walk on a running Stepwell: fixtures for every folder that has a ``house`` of its own.

Import them into the folder's conftest: pytest then makes them anew for that house.
"""

import json
from itertools import count

import pytest

from tests.journeys.people import Google, Sandbox, Walker, noon_zone


@pytest.fixture(scope="session")
def zone():
    return noon_zone()


@pytest.fixture(scope="session")
def seeded(house, zone):
    said = house.run(house.process("seed", "-m", "tests.journeys.seed", zone))
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="session")
def sandbox(house):
    return Sandbox(house.sandbox_url)


@pytest.fixture(scope="session")
def new_walker(house, seeded, zone):
    """Return a function that signs in somebody who has done nothing yet."""
    emails = iter(seeded["walkers"])
    return lambda: Walker(house.base_url, next(emails), zone)


@pytest.fixture(scope="session")
def new_account(sandbox, zone):
    """Return a function that makes a fresh account at the provider."""
    numbers = count()
    return lambda: Google(sandbox, f"account{next(numbers)}@google.example", zone)


@pytest.fixture(scope="session")
def stranger(house, seeded, zone):
    """Somebody of another organization."""
    return Walker(house.base_url, "stranger@elsewhere.example", zone)


@pytest.fixture(scope="session")
def challenge(seeded):
    """The live challenge of the walkers' organization."""
    return seeded["challenges"]["Journey"]


@pytest.fixture
def walker(new_walker):
    return new_walker()


@pytest.fixture
def account(new_account):
    return new_account()
