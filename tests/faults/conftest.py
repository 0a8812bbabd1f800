"""A Stepwell of its own to break: nothing polls by itself, so that each test sees its own runs."""

import pytest

from tests.house import House, scratch
from tests.stage_fixtures import (
    account,
    challenge,
    new_account,
    new_walker,
    sandbox,
    seeded,
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
    "walker",
    "zone",
]


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    house = House(
        home=scratch(), var=tmp_path_factory.mktemp("faults") / "var", poll_seconds=86_400
    )
    try:
        house.start()
        yield house
    finally:
        house.stop()


@pytest.fixture
def calm(sandbox):
    """No failure outlives its test."""
    yield
    sandbox.call("DELETE", "faults")


@pytest.fixture
def connected(house, new_walker, new_account, challenge, calm):
    """Return a function that makes somebody whose first steps have arrived on the board."""

    def connect(steps=1000):
        walker, account = new_walker(), new_account()
        account.walk(walker.today, total=steps)
        walker.join(challenge)
        assert walker.connect(account.email) == "connected"
        house.attend_until(lambda: walker.steps() == account.truth())
        return walker, account

    return connect
