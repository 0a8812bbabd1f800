"""Every cloud with its stand, every phone platform, and a Stepwell that meets them over sockets."""

from datetime import timedelta
from importlib import import_module

import pytest

from integrations import registry
from integrations.contract import ProviderKind
from tests.contract.household import NOON, Member, Owner, Worker
from tests.contract.sandbox_thread import SandboxThread

CLOUDS = [each.slug for each in registry.all_providers() if each.kind == ProviderKind.OAUTH]
PHONES = [each.slug for each in registry.all_providers() if each.kind == ProviderKind.RELAY]


def stand_of(slug):
    """The class that drives the stand-in of a cloud."""
    return import_module(f"tests.contract.stands.{slug.replace('-', '_')}").STAND


@pytest.fixture(scope="session")
def sandbox_thread(tmp_path_factory):
    running = SandboxThread(tmp_path_factory.mktemp("contract"))
    yield running
    running.close()


@pytest.fixture
def noon(time_machine):
    """Noon of the story's day, in UTC; time runs on from there."""
    time_machine.move_to(NOON)
    return NOON


@pytest.fixture
def worker(monkeypatch, time_machine):
    at_work = Worker(time_machine)
    monkeypatch.setattr("sync.dispatch._send", at_work.take)
    monkeypatch.setattr("sync.webhooks.inbox.GATHERING", timedelta())  # it does not wait either
    return at_work


@pytest.fixture
def server(live_server, settings):
    """Our own address, for people, providers and phones alike."""
    settings.BASE_URL = live_server.url
    return live_server.url


@pytest.fixture(params=CLOUDS)
def stand(request, sandbox_thread, settings, noon, server):
    """An empty stand-in of each cloud in turn, which this deployment is set up for."""
    sandbox_thread.control("POST", "reset")
    made = stand_of(request.param)(sandbox_thread)
    made.webhook_url = f"{server}/webhooks/{request.param}"
    slug = request.param.replace("-", "").replace("_", "")
    settings.PROVIDERS = {slug: made.settings() | {"status": "available"}}
    return made


@pytest.fixture
def owner(server, alice, stand, worker):
    """Alice, with an account at the cloud that holds no steps yet."""
    return Owner(server, alice, stand, worker)


@pytest.fixture
def neighbour(server, bob, stand, worker):
    """Bob, with an account of his own."""
    return Owner(server, bob, stand, worker)


@pytest.fixture
def member(server, alice, noon, worker):
    """Alice without any cloud."""
    return Member(server, alice)
