"""A sandbox for the folder, and people connected to it through the real consent walk."""

import pytest
import requests

from demo.browser import press
from sync import runner
from sync.models import Run
from tests.sandbox_process import SandboxProcess, path_of


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory):
    sandbox = SandboxProcess(tmp_path_factory.mktemp("sandbox")).start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def sandbox(sandbox_process, settings):
    """The sandbox with nothing scripted, and a deployment that talks to it."""
    sandbox_process.control("POST", "reset")
    settings.BASE_URL = "http://127.0.0.1:9"
    settings.PROVIDERS = {"fitbit": sandbox_process.provider_settings()}
    return sandbox_process


@pytest.fixture
def woken(monkeypatch):
    """Remembers which runs would have been handed to a worker, instead of a broker."""
    sent = []
    monkeypatch.setattr("sync.dispatch.revoke_soon", lambda: None)
    monkeypatch.setattr(
        "sync.dispatch.wake", lambda *, run_id, trigger: sent.append((run_id, trigger))
    )
    return sent


@pytest.fixture
def connect(client, api):
    """Return a function that connects a person's Fitbit account by the real consent walk."""

    def walk(person, **choices):
        answer = api(person).post("/api/v1/connections", {"provider": "fitbit"}, format="json")
        assert answer.status_code == 200, answer.json()
        callback = press(requests.Session(), answer.json()["authorization_url"], **choices)
        return client.get(path_of(callback))

    return walk


@pytest.fixture
def carry_out():
    """Return a function that carries out every queued run, as a worker would."""

    def work(clock):
        for run_id in list(Run.objects.filter(state="queued").values_list("pk", flat=True)):
            runner.run(run_id=run_id, clock=clock)

    return work
