"""Finds the rooms of the sandbox, and what each lets the control API do.

A room is a folder with a `room.py` that exports `SEGMENT`, the first path segment it answers, and
`handle`. It may export more: `TARGETS` (endpoints and groups that faults may name), `LOGIN` (how
people consent without a browser), `KNOBS` (the kind of its own knobs) and `CONTROLS` (its own
control endpoints, by name).
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import msgspec
from werkzeug.wrappers import Request, Response

import sandbox
from sandbox.world import World

Handler = Callable[[World, Request], Response]


class Issue(Protocol):
    """Gives out tokens as after a consent in the browser."""

    def __call__(
        self,
        world: World,
        email: str,
        client_id: str,
        scopes: frozenset[str],
        *,
        offline: bool,
    ) -> Mapping[str, Any]:
        """The token answer that the application would have got."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """The scopes a room knows, those of a plain consent, and how tokens are given out."""

    known: frozenset[str]
    usual: frozenset[str]
    issue: Issue


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a room's `room.py` exports."""

    segment: str
    handle: Handler
    targets: frozenset[str] = frozenset()
    login: Login | None = None
    knobs: type[msgspec.Struct] | None = None
    controls: Mapping[str, Handler] = field(default_factory=dict)


@cache
def find_rooms() -> dict[str, Room]:
    """Every room by its segment, the control API among them."""
    found: dict[str, Room] = {}
    for folder in pkgutil.iter_modules(sandbox.__path__, "sandbox."):
        if folder.ispkg and find_spec(f"{folder.name}.room"):
            module = import_module(f"{folder.name}.room")
            found[module.SEGMENT] = Room(
                segment=module.SEGMENT,
                handle=module.handle,
                targets=getattr(module, "TARGETS", frozenset()),
                login=getattr(module, "LOGIN", None),
                knobs=getattr(module, "KNOBS", None),
                controls=getattr(module, "CONTROLS", {}),
            )
    return found
