"""What every provider has to keep; a new folder is tested here by existing."""

import ast
import re
import subprocess
import sys
from importlib import import_module, resources
from urllib.parse import urlsplit

import pytest

from integrations import errors, providers, registry
from integrations.contract import (
    Capabilities,
    OAuthEndpoints,
    ProviderConfig,
    ProviderKind,
    ProviderStatus,
)
from integrations.errors import ProviderFailure

NOTHING_SET = ProviderConfig(client_id="", client_secret="", values={})
ALL = registry.all_providers()
CLOUDS = [item for item in ALL if item.kind == ProviderKind.OAUTH]
RELAYS = [item for item in ALL if item.kind == ProviderKind.RELAY]
PURE = [
    "integrations.contract",
    "integrations.deadline",
    "integrations.errors",
    "integrations.http",
    "integrations.oauth",
    "integrations.relay1",
    "integrations.statuses",
]


def name_of(item):
    return item.slug


def folder_of(provider):
    return type(provider).__module__.rsplit(".", 1)[0]


def each(items):
    return pytest.mark.parametrize("provider", items, ids=name_of)


@each(ALL)
def test_it_says_who_it_is(provider):
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,39}", provider.slug)
    assert provider.slug.replace("-", "") == folder_of(provider).rsplit(".", 1)[1].replace("_", "")
    assert provider.name.strip()
    assert isinstance(provider.kind, ProviderKind)
    assert isinstance(provider.status, ProviderStatus)
    assert isinstance(provider.note, str)
    assert isinstance(provider.capabilities, Capabilities)


@each(ALL)
def test_its_history_is_none_or_some_days(provider):
    history = provider.capabilities.history_days
    assert history is None or history > 0


@each(ALL)
def test_a_retired_one_says_why(provider):
    assert provider.note or provider.status != ProviderStatus.RETIRED


@each(ALL)
def test_its_folder_keeps_to_itself(provider):
    """No other provider, no room of the house, and no socket but through the door."""
    folder = folder_of(provider)
    for file in resources.files(folder).iterdir():
        if not file.name.endswith(".py"):
            continue
        for module in imported_by(file.read_text()):
            assert module.split(".")[0] not in {
                "django", "celery", "redis", "rest_framework", "requests", "urllib3", "socket",
                "users", "steps", "challenges", "sync", "dashboard", "config",
            }, (file.name, module)  # fmt: skip
            other = module.startswith(providers.__name__) and not module.startswith(folder)
            assert not other, (file.name, module)


@pytest.mark.parametrize("module", [*PURE, *(f"{folder_of(item)}.provider" for item in ALL)])
def test_the_pure_part_loads_no_framework(module):
    """Loaded in a fresh interpreter, so that also what its imports import is seen."""
    code = (
        f"import sys, {module}; "
        "print(*({'django', 'celery', 'redis', 'rest_framework'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@each(CLOUDS)
def test_its_endpoints_are_https_by_default(provider):
    endpoints = provider.endpoints(NOTHING_SET)
    urls = [endpoints.authorize_url, endpoints.token_url, provider.api_url(NOTHING_SET)]
    for url in [*urls, *filter(None, [endpoints.revoke_url])]:
        assert urlsplit(url).scheme == "https"


@each(CLOUDS)
def test_an_operator_can_point_it_at_a_stand_in(provider):
    keys = ["api_url", "authorize_url", "token_url", "revoke_url"]
    values = {key: f"http://127.0.0.1:9/{key}" for key in keys}
    config = ProviderConfig(client_id="c", client_secret="s", values=values)
    endpoints = provider.endpoints(config)
    assert provider.api_url(config) == values["api_url"]
    assert endpoints.authorize_url == values["authorize_url"]
    assert endpoints.token_url == values["token_url"]
    assert endpoints.revoke_url in {None, values["revoke_url"]}


@each(CLOUDS)
def test_its_scopes_fit_together(provider):
    endpoints = provider.endpoints(NOTHING_SET)
    assert isinstance(endpoints, OAuthEndpoints)
    asked = set(endpoints.scopes)
    assert len(asked) == len(endpoints.scopes)
    assert endpoints.required_scopes <= asked
    assert set(endpoints.optional_permissions) <= asked - endpoints.required_scopes
    assert asked == endpoints.required_scopes | set(endpoints.optional_permissions)


@each(CLOUDS)
@pytest.mark.parametrize(
    "status", [300, 400, 401, 402, 403, 404, 409, 410, 412, 418, 429, 500, 503]
)
@pytest.mark.parametrize("body", [None, {}, [], "text", {"error": None}, {"error": {"details": 5}}])
def test_it_survives_any_error_answer(provider, status, body):
    failure = provider.classify(status, body, {})
    assert failure is None or isinstance(failure, ProviderFailure)
    assert type(failure) is not ProviderFailure


@each(CLOUDS)
def test_it_leaves_a_refused_token_a_rate_limit_and_an_outage_to_the_general_rules(provider):
    for status in (401, 429, 500, 502, 503, 504):
        assert provider.classify(status, None, {}) is None


@each(CLOUDS)
def test_the_end_of_its_interface_is_for_good(provider):
    failure = provider.classify(410, None, {})
    assert failure is None or isinstance(failure, errors.ProviderGone)


@each(RELAYS)
def test_a_relay_tells_how_to_set_it_up(provider):
    assert provider.platform in {"ios", "android"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", provider.min_app_version)
    assert provider.setup
    assert all(isinstance(line, str) and line.strip() for line in provider.setup.values())
    assert not provider.capabilities.webhooks


def test_no_provider_is_named_outside_its_folder():
    """Adding one is adding a folder: no module of the engine knows a slug."""
    slugs = {item.slug for item in ALL}
    for module in ("integrations", "sync", "steps", "challenges", "users", "config"):
        root = resources.files(import_module(module))
        for file in sorted(root.rglob("*.py")):
            if "providers/" in str(file) or "/migrations/" in str(file):
                continue
            named = slugs & set(strings_in(file.read_text()))
            assert not named, (file, named)


def imported_by(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strings_in(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
