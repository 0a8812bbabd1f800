"""One running Stepwell for all journeys of a test process, and people to walk them."""

import shutil

import pytest

from tests.house import House, scratch
from tests.journeys.people import Phone
from tests.stage_fixtures import (
    account,
    challenge,
    new_account,
    new_walker,
    sandbox,
    seeded,
    stranger,
    walker,
    zone,
)

__all__ = [
    "account",
    "challenge",
    "new_account",
    "new_walker",
    "sandbox",
    "seeded",
    "stranger",
    "walker",
    "zone",
]

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


@pytest.fixture
def phone(walker):
    return Phone(walker)
