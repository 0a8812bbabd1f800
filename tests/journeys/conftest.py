"""One running Stepwell for all journeys of a test process, and people to walk them."""

import json
import shutil
from itertools import count

import pytest

from tests.journeys.house import House, scratch
from tests.journeys.people import Google, Phone, Sandbox, Walker, noon_zone

# The README's tour needs curl and bash; a machine without them cannot run it at all.
collect_ignore = [] if shutil.which("curl") and shutil.which("bash") else ["test_readme_tour.py"]


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    house = House(home=scratch(), var=tmp_path_factory.mktemp("house") / "var")
    try:
        house.start()
        yield house
    finally:
        house.stop()


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


@pytest.fixture
def phone(walker):
    return Phone(walker)
