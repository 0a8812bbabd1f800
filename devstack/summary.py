"""Turns var/demo.json into the text a person reads when the demo is up."""

import json
from pathlib import Path
from typing import Any


def read(path: Path) -> str:
    """Return the addresses and logins of the file as text; empty when there is no such file."""
    if not path.exists():
        return ""
    return "\n".join(_lines(json.loads(path.read_text(encoding="utf-8")), depth=1))


def _lines(value: Any, *, depth: int) -> list[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        return [line for name, part in value.items() for line in _entry(name, part, depth=depth)]
    if isinstance(value, list):
        return [f"{indent}{_row(part)}" for part in value]
    return [f"{indent}{value}"]


def _entry(name: str, value: Any, *, depth: int) -> list[str]:
    label = f"{'  ' * depth}{name.replace('_', ' ')}:"
    if isinstance(value, dict | list):
        return [label, *_lines(value, depth=depth + 1)]
    return [f"{label} {_shown(name, value)}"]


def _row(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return "  ".join(f"{name}={_shown(name, part)}" for name, part in value.items())


def _shown(name: str, value: Any) -> str:
    return "(in var/demo.json)" if "token" in name else str(value)
