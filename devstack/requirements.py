"""Checks that the requirement files agree with pyproject.toml and can be trusted as locks."""

import re
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)


def problems(root: Path) -> list[str]:
    """Return what is wrong with requirements/*.txt of the checkout, in words."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"]
    everything = runtime + _groups(project)
    found: list[str] = []
    for name, direct in (("runtime.txt", runtime), ("dev.txt", everything)):
        text = (root / "requirements" / name).read_text(encoding="utf-8")
        found += [f"requirements/{name}: {problem}" for problem in problems_of(text, direct)]
    return found


def problems_of(text: str, direct: list[str]) -> list[str]:
    """Return what is wrong with the text of one file, given the dependencies it has to pin."""
    found = ["has an address of an index or a file"] if "://" in text else []
    found += [f"{name} has no hash" for name in _without_hash(text)]
    pins = {canonicalize_name(pin["name"]): pin["version"] for pin in _PIN.finditer(text)}
    for dependency in map(Requirement, direct):
        version = pins.get(canonicalize_name(dependency.name))
        if version is None:
            found.append(f"{dependency.name} is not pinned")
        elif not dependency.specifier.contains(version):
            found.append(f"{dependency.name} {version} is not {dependency.specifier}")
    return found


def _groups(project: dict[str, Any]) -> list[str]:
    groups: dict[str, list[str]] = project.get("dependency-groups", {})
    return [dependency for group in groups.values() for dependency in group]


def _without_hash(text: str) -> list[str]:
    """Return the names of entries (a line and its indented continuation) that carry no hash."""
    entries = re.split(r"\n(?=\S)", text.strip())
    lines = [entry for entry in entries if entry and not entry.startswith("#")]
    return [re.split(r"[=\s;]", entry)[0] for entry in lines if "--hash=sha256:" not in entry]
