"""The containers run what the demo runs, and no secret is written into their files."""

import tomllib
from typing import Any

import pytest
import yaml

from devstack import stack
from devstack.places import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LISTEN_EVERYWHERE = ["--bind", "0.0.0.0:8000"]
NOT_IN_THE_IMAGE = {"sandbox", "devstack", "demo", "bench"}


@pytest.mark.parametrize("name", stack.WORKERS)
def test_each_worker_runs_the_command_of_the_demo(name: str):
    assert SERVICES[name]["command"] == list(stack.WORKERS[name])


def test_there_are_no_other_workers():
    running = {name for name, service in SERVICES.items() if "worker" in service.get("command", [])}
    assert running == set(stack.WORKERS)


def test_web_beat_and_migrate_run_the_commands_of_the_demo():
    assert SERVICES["web"]["command"] == [*stack.WEB, *LISTEN_EVERYWHERE]
    assert SERVICES["beat"]["command"][:-2] == list(stack.BEAT)
    assert SERVICES["beat"]["command"][-2] == "-s"
    assert SERVICES["migrate"]["command"] == ["python", *stack.MIGRATE]


def test_the_image_runs_the_web_server_by_default():
    command = next(line for line in DOCKERFILE.splitlines() if line.startswith("CMD "))
    assert yaml.safe_load(command.removeprefix("CMD ")) == [*stack.WEB, *LISTEN_EVERYWHERE]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_service_is_watched_and_comes_back(name: str):
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", stack.WORKERS)
def test_a_worker_is_asked_under_its_own_name(name: str):
    command = stack.WORKERS[name]
    node = command[command.index("-n") + 1].removesuffix("%h")
    assert node in SERVICES[name]["healthcheck"]["test"][1]


@pytest.mark.parametrize("name", ["web", *stack.WORKERS, "beat"])
def test_the_application_waits_for_the_migrated_database(name: str):
    conditions = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}
    assert conditions == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_outside_and_a_missing_one_is_named(name: str):
    for setting, value in SERVICES[name].get("environment", {}).items():
        if any(word in setting for word in ("SECRET", "KEY", "PASSWORD", "_URL")):
            assert ":?set " in value, setting


def test_the_data_survives_a_new_container():
    for name in ("postgres", "redis"):
        volume = SERVICES[name]["volumes"][0].split(":")[0]
        assert volume in COMPOSE["volumes"]


def test_only_the_web_server_is_reachable_and_only_from_this_host():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_the_image_runs_as_an_ordinary_user_from_hash_locked_packages():
    lines = DOCKERFILE.splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    assert lines.index("USER stepwell") > max(
        number for number, line in enumerate(lines) if line.startswith(("RUN ", "COPY "))
    )
    assert "--require-hashes" in DOCKERFILE
    assert "HEALTHCHECK " in DOCKERFILE


def test_the_image_holds_every_package_of_the_application_and_nothing_else():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["mypy"]["packages"]) - NOT_IN_THE_IMAGE
    kept = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    assert set(kept) == packages | {"manage.py", "requirements/runtime.txt"}
