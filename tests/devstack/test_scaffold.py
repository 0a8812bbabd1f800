"""A new provider starts as one that works: made in a copy of the checkout and proved there."""

import os
import shutil
import subprocess
import sys

import pytest

from devstack.failures import DevstackError
from devstack.places import ROOT
from devstack.scaffold import naming, provider

LEFT_OUT = (".venv", "var", ".git", "__pycache__", ".*_cache", ".hypothesis", "staticfiles")
SERVERS = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "PYTEST_XDIST_WORKER")


@pytest.mark.parametrize(
    ("arguments", "slug", "title", "folder", "prefix"),
    [
        (["name=stridely"], "stridely", "Stridely", "stridely", "PROVIDER_STRIDELY_"),
        (["name=iron-step"], "iron-step", "Iron Step", "iron_step", "PROVIDER_IRONSTEP_"),
        (["name=g8", "title=G8 Sport"], "g8", "G8 Sport", "g8", "PROVIDER_G8_"),
    ],
)
def test_the_names_follow_from_the_slug(arguments, slug, title, folder, prefix):
    name = naming.read(arguments)
    assert (name.slug, name.title, name.folder, name.prefix) == (slug, title, folder, prefix)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["name="],
        ["stridely"],
        ["name=Stridely"],
        ["name=1step"],
        ["name=-a"],
        ["name=a--b"],
        ["name=class"],
        ["name=a/../../b"],
        ["name=" + "a" * 41],
        ["name=stridely", "colour=red"],
        ["name=stridely", 'title="""'],
    ],
)
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(tmp_path, arguments):
    with pytest.raises(DevstackError):
        provider.run(tmp_path, arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["integrations/providers/stridely", "sandbox/stridely.py"])
def test_what_is_there_already_is_left_alone(tmp_path, taken):
    (tmp_path / taken).mkdir(parents=True)
    with pytest.raises(DevstackError, match="is there already"):
        provider.run(tmp_path, ["name=stridely"])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the checkout in which nobody has worked yet."""
    copy = tmp_path_factory.mktemp("scaffold") / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return copy


def call(checkout, *arguments, without=()):
    kept = {name: value for name, value in os.environ.items() if name not in without}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env=kept | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def files_of(checkout):
    """Every file with its contents, but for what tools leave behind."""
    return {
        str(path.relative_to(checkout)): path.read_bytes()
        for path in checkout.rglob("*")
        if path.is_file() and "_cache" not in str(path) and path.parts[-2] != "var"
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_scaffolded_provider_is_clean_and_keeps_the_contract(checkout):
    before = files_of(checkout)
    told = call(checkout, "-m", "devstack", "provider", "name=iron-step", "title=Iron Step")
    after = files_of(checkout)
    new = sorted(after.keys() - before.keys())
    assert new == sorted(line for line in told.splitlines() if "/" in line and " " not in line)
    changed = {path for path in before if after[path] != before[path]}
    assert changed == {".env.example", "docs/providers/README.md"}
    code = [path for path in new if path.endswith(".py")]
    call(checkout, "-m", "ruff", "format", "--check", *code)
    call(checkout, "-m", "ruff", "check", *code)
    call(checkout, "-m", "mypy", *(path for path in code if not path.startswith("tests/")))
    kit = ("-m", "pytest", "tests/contract", "-q", "-p", "no:cacheprovider")
    said = call(checkout, *kit, "-k", "iron or table", without=SERVERS)
    assert " passed" in said
