"""The environment of the demo's processes and of the tests' own workers."""

import os
from pathlib import Path

import pytest

from devstack import pytest_plugin, summary
from devstack.credentials import Credentials
from devstack.places import Places
from devstack.stack import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(
        places=Places(root=tmp_path, var=tmp_path / "var", data=tmp_path / "var"),
        ports={"web": 8000, "sandbox": 8900, "postgres": 1, "valkey": 2},
        keys=Credentials(),
        database_url="postgres://db/x",
        redis_url="redis://:p@127.0.0.1:2/0",
    )


def test_queue_and_cache_do_not_share_a_redis_database(stack: Stack):
    env = stack.environment()
    assert env["REDIS_URL"] == "redis://:p@127.0.0.1:2/0"
    assert env["CACHE_URL"] == "redis://:p@127.0.0.1:2/1"


def test_the_sandbox_knows_the_client_the_application_uses(stack: Stack):
    sandbox, web = stack.sandbox().env, stack.web().env
    assert sandbox["SANDBOX_GOOGLE_CLIENT_ID"] == web["PROVIDER_FITBIT_CLIENT_ID"]
    assert sandbox["SANDBOX_GOOGLE_CLIENT_SECRET"] == web["PROVIDER_FITBIT_CLIENT_SECRET"]
    callback = f"{web['BASE_URL']}/oauth/fitbit/callback"
    assert sandbox["SANDBOX_GOOGLE_REDIRECT_URIS"] == callback
    assert "SECRET_KEY" not in sandbox


def test_a_proxy_or_a_setting_of_the_person_does_not_leak_into_the_demo(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("SECRET_KEY", "of somebody else")
    env = stack.web().env
    assert "HTTP_PROXY" not in env
    assert env["SECRET_KEY"] == stack.keys.secret_key


def test_every_process_says_which_one_it_is(stack: Stack):
    names = {process.name: process.env["PROCESS_NAME"] for process in stack.background()}
    assert list(names) == ["worker-sync", "worker-interactive", "worker-default", "beat"]
    assert all(name == value for name, value in names.items())


def test_each_test_worker_has_redis_databases_of_its_own(monkeypatch: pytest.MonkeyPatch):
    seen: set[str] = set()
    for worker in range(3):
        monkeypatch.setenv("REDIS_URL", "redis://:p@127.0.0.1:2/0")
        monkeypatch.setenv("CACHE_URL", "")
        pytest_plugin.use_redis_databases(worker_number=worker)
        seen |= {os.environ["REDIS_URL"], os.environ["CACHE_URL"]}
    assert seen == {f"redis://:p@127.0.0.1:2/{number}" for number in range(1, 7)}


def test_the_summary_shows_logins_and_hides_tokens(tmp_path: Path):
    file = tmp_path / "demo.json"
    assert summary.read(file) == ""
    file.write_text(
        '{"web_address": "http://x", "people": [{"email": "a@x", "token": "t"}], "notes": ["n"],'
        ' "nested": {"count": 1}}'
    )
    assert summary.read(file).splitlines() == [
        "  web address: http://x",
        "  people:",
        "    email=a@x  token=(in var/demo.json)",
        "  notes:",
        "    n",
        "  nested:",
        "    count: 1",
    ]
