"""Gives a test run its own PostgreSQL and Valkey before pytest-django reads the settings.

The servers are started once, in the process that runs pytest; the workers of pytest-xdist inherit
the environment. Each worker uses Redis databases of its own, as pytest-django gives each a
PostgreSQL database of its own. DATABASE_URL and REDIS_URL of the environment are used when set.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from devstack import environment, places
from devstack.credentials import Credentials
from devstack.servers import with_database
from devstack.throwaway import servers

_TEST_ORIGIN = "http://testserver"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Set the environment; as a wrapper it runs before pytest-django's hook of the same name."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        use_redis_databases(worker_number=int(worker.removeprefix("gw")))
    else:
        _start(early_config)
    return (yield)


def _start(config: pytest.Config) -> None:
    stack = ExitStack()
    config.add_cleanup(stack.close)
    urls = stack.enter_context(servers(places.find()))
    os.environ.update(
        environment.application(
            database_url=urls["DATABASE_URL"],
            redis_url=urls["REDIS_URL"],
            cache_url=urls["REDIS_URL"],
            base_url=_TEST_ORIGIN,
            keys=Credentials(),
        ),
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    )
    use_redis_databases(worker_number=0)


def use_redis_databases(*, worker_number: int) -> None:
    """Give this worker Redis databases of its own: 2k+1 for the cache, 2k+2 for the queue."""
    url = os.environ["REDIS_URL"]
    os.environ["CACHE_URL"] = with_database(url, 2 * worker_number + 1)
    os.environ["REDIS_URL"] = with_database(url, 2 * worker_number + 2)
