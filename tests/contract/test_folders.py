"""What lies in a provider's folder and beside it, and what must never lie there."""

import ast
import json
import re

import pytest

from integrations import registry
from integrations.contract import ProviderKind
from tests.contract.folders import ROOT, fixtures_of, folder_of, page_of, prefix_of

ALL = registry.all_providers()
CLOUDS = [item for item in ALL if item.kind == ProviderKind.OAUTH]
RECORDED = [
    pytest.param(path, id=f"{item.slug}-{path.stem}") for item in ALL for path in fixtures_of(item)
]
# Read for every provider, whatever its folder does.
OF_ALL = {"client_id", "client_secret", "status"}
MADE_UP = ("example.com", "example.org", "example.net", ".example", "example")
# What tokens, keys and people look like, wherever they come from.
SECRETS = {
    "a bearer token": r"[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}",
    "a JSON web token": r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a Google token": r"ya29\.[A-Za-z0-9_-]{20,}|1//[A-Za-z0-9_-]{20,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a client secret": r'"(client_)?secret"\s*:\s*"[^"]{8,}"',
    "a token member": r'"(access|refresh|id)_token"\s*:\s*"(?!made-up)[^"]{8,}"',
    "an address of a machine": r"\b(?!(?:127|0)\.)(?:\d{1,3}\.){3}\d{1,3}\b",
}


def each(items):
    return pytest.mark.parametrize("provider", items, ids=lambda item: item.slug)


def literals_asked_of(values):
    """The keys that the folder reads from the operator's ``values``."""
    for node in ast.walk(values):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "get" and _is_values(node.func.value) and node.args:
                yield _written_out(node.args[0])
        elif isinstance(node, ast.Subscript) and _is_values(node.value):
            yield _written_out(node.slice)


def _written_out(key):
    said = ast.unparse(key)
    assert isinstance(key, ast.Constant), f"write the key of the setting out instead of {said}"
    return key.value


def _is_values(node):
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "values"


def settings_of(provider):
    for file in folder_of(provider).glob("*.py"):
        yield from literals_asked_of(ast.parse(file.read_text()))


@each(ALL)
def test_its_folder_has_what_a_folder_has(provider):
    folder = folder_of(provider)
    assert (folder / "__init__.py").exists()
    assert (folder / "provider.py").exists()
    assert (folder / "quality.toml").exists()
    assert ast.get_docstring(ast.parse((folder / "provider.py").read_text()))
    strangers = {path.name for path in folder.iterdir()} - {"__pycache__", "fixtures"}
    assert all(re.fullmatch(r"[a-z_0-9]+\.py|quality\.toml", name) for name in strangers), strangers


@each(ALL)
def test_every_folder_of_a_provider_is_found(provider):
    folders = {
        path.name
        for path in folder_of(provider).parent.iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders == {folder_of(item).name for item in ALL}


@each(ALL)
def test_it_has_a_page_for_operators_and_people(provider):
    text = page_of(provider).read_text()
    assert text.startswith(f"# {provider.name}\n")
    if provider.kind == ProviderKind.OAUTH:
        assert f"/oauth/{provider.slug}/callback" in text
        assert f"{prefix_of(provider)}CLIENT_ID" in text


@each(CLOUDS)
def test_every_setting_it_reads_is_in_the_example(provider):
    example = (ROOT / ".env.example").read_text()
    for key in {"client_id", "client_secret", *settings_of(provider)}:
        assert f"{prefix_of(provider)}{key.upper()}=" in example, key


@each(CLOUDS)
def test_no_setting_is_offered_that_nobody_reads(provider):
    """What an operator can set in the example, or by the table of the page, does something."""
    prefix, read = prefix_of(provider), OF_ALL | set(settings_of(provider))
    example, page = (ROOT / ".env.example").read_text(), page_of(provider).read_text()
    named = re.findall(rf"(?m)^#?{prefix}([A-Z0-9_]+)=", example)
    cells = " ".join(re.findall(rf"(?m)^\| (`{prefix}.*?) \|", page))
    told = re.findall(rf"`(?:{prefix}|_)([A-Z0-9_]+)`", cells)
    assert told
    assert {key.lower() for key in [*named, *told]} - read == set()


@each(CLOUDS)
def test_it_has_recorded_answers(provider):
    assert fixtures_of(provider)


@pytest.mark.parametrize("path", RECORDED)
def test_what_is_recorded_belongs_to_nobody(path):
    text = path.read_text()
    for what, pattern in SECRETS.items():
        assert not re.search(pattern, text), what
    for host in re.findall(r"[\w.+-]+@([\w.-]+)", text):
        assert host.endswith(MADE_UP), host
    says = json.loads(text)
    assert says["says"].strip()
    assert says["source"].strip()
