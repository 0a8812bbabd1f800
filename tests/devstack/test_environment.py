"""The environment of the demo's processes and of the tests' own workers."""

import os
from pathlib import Path

import pytest

from devstack import pytest_plugin, stand_ins, summary
from devstack.credentials import Credentials
from devstack.places import ROOT, Places
from devstack.stack import Stack
from devstack.stand_ins import StandIn
from integrations import registry
from integrations.contract import ProviderConfig, ProviderKind

STAND_INS = list(stand_ins.find(ROOT))
NOTHING_SET = ProviderConfig(client_id="", client_secret="", values={})


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(
        places=Places(root=ROOT, var=tmp_path / "var", data=tmp_path / "var"),
        ports={"web": 8000, "sandbox": 8900, "postgres": 1, "valkey": 2},
        keys=Credentials(),
        database_url="postgres://db/x",
        redis_url="redis://:p@127.0.0.1:2/0",
    )


def test_queue_and_cache_do_not_share_a_redis_database(stack: Stack):
    env = stack.environment()
    assert env["REDIS_URL"] == "redis://:p@127.0.0.1:2/0"
    assert env["CACHE_URL"] == "redis://:p@127.0.0.1:2/1"


@pytest.mark.parametrize("stand_in", STAND_INS, ids=lambda each: each.slug)
def test_the_sandbox_knows_the_clients_the_application_uses(stack: Stack, stand_in: StandIn):
    sandbox, web = stack.sandbox().env, stack.web().env
    room, provider = f"SANDBOX_{stand_in.room.upper()}", f"PROVIDER_{stand_in.slug.upper()}"
    for key in ("CLIENT_ID", "CLIENT_SECRET"):
        assert sandbox[f"{room}_{key}"] == web[f"{provider}_{key}"]
    callback = f"{web['BASE_URL']}/oauth/{stand_in.slug}/callback"
    assert sandbox[f"{room}_REDIRECT_URIS"] == callback
    assert web[f"{provider}_API_URL"].startswith(stack.sandbox_url)
    assert "SECRET_KEY" not in sandbox


def test_every_provider_that_is_asked_by_consent_has_a_stand_in_with_all_its_addresses():
    clouds = {
        each.slug: each.endpoints(NOTHING_SET)
        for each in registry.all_providers()
        if each.kind is ProviderKind.OAUTH
    }
    assert {each.slug for each in STAND_INS} == set(clouds)
    for each in STAND_INS:
        expected = {"AUTHORIZE_URL", "TOKEN_URL"}
        revokes = {"REVOKE_URL"} if clouds[each.slug].revoke_url else set()
        assert expected | revokes <= set(each.addresses), each.slug


def test_misfit_is_open_to_the_load_alone(stack: Stack):
    assert stack.load_demo().env["PROVIDER_MISFIT_STATUS"] == "available"
    assert "PROVIDER_MISFIT_STATUS" not in stack.web().env


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


def test_a_new_provider_is_led_to_its_room_by_its_folders(tmp_path: Path):
    for path in ("integrations/providers/run_far/provider.py", "sandbox/run_far/room.py"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    found = list(stand_ins.find(tmp_path))
    settings = stand_ins.of_application(found, sandbox_url="http://s", secret="x")
    assert settings["PROVIDER_RUNFAR_TOKEN_URL"] == "http://s/runfar/oauth/token"
    clients = stand_ins.of_sandbox(found, base_url="http://b", secret="x")
    assert clients["SANDBOX_RUNFAR_REDIRECT_URIS"] == "http://b/oauth/run-far/callback"
