"""Finds the kinds of challenges: the modules below ``challenges/kinds`` with a ``KIND``. Pure."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from challenges import kinds
from challenges.kind import Frame, Kind


class UnknownKind(Exception):
    """There is no module for this kind."""


@cache
def all_kinds() -> dict[str, Kind[Any]]:
    """Return every kind by slug, in order; two with one slug are a programming error."""
    found: dict[str, Kind[Any]] = {}
    for module in pkgutil.iter_modules(kinds.__path__):
        kind: Kind[Any] = import_module(f"{kinds.__name__}.{module.name}").KIND
        if kind.slug in found:
            raise RuntimeError(f"two kinds of challenge have the slug {kind.slug!r}")
        found[kind.slug] = kind
    return dict(sorted(found.items()))


def kind_of(slug: str) -> Kind[Any]:
    """Return the kind of that slug; raises ``UnknownKind``."""
    try:
        return all_kinds()[slug]
    except KeyError:
        raise UnknownKind(slug) from None


def slugs() -> list[tuple[str, str]]:
    """Return every slug with its title, as choices."""
    return [(kind.slug, kind.title) for kind in all_kinds().values()]


def problems_of_settings(kind: Kind[Any], stored: Mapping[str, Any], frame: Frame) -> list[str]:
    """Return what is wrong with stored parameters of a kind, as sentences."""
    try:
        settings = kind.settings(stored)
    except msgspec.ValidationError as error:
        return [f"{error}."]
    return kind.problems(settings, frame)
