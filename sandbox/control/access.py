"""/control: OAuth clients, and what a person may do to a grant outside the application."""

from typing import Annotated

import msgspec
from msgspec import Meta
from werkzeug.wrappers import Request, Response

from sandbox.clients import Client
from sandbox.control.bodies import (
    ControlError,
    json_answer,
    person_of,
    read_as,
    room_asked_for,
    room_of,
)
from sandbox.rooms import Login
from sandbox.world import World

Text = Annotated[str, Meta(min_length=1, max_length=400, pattern=r"^\S+$")]


class _InRoom(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A body about one room; Google's unless it says otherwise."""

    room: str = "google"


class ClientBody(_InRoom):
    """An OAuth client."""

    client_id: Text
    client_secret: Text
    redirect_uris: list[Text] = []


class ConsentBody(_InRoom):
    """A consent given without a browser; to the scopes of a plain consent unless it names some."""

    client_id: str | None = None
    scopes: list[str] | None = None
    offline: bool = True


class RevokeBody(_InRoom):
    """Which application to remove; all of them without a client_id."""

    client_id: str | None = None


class ExpireBody(_InRoom):
    """Which tokens run out now."""

    access: bool = True
    refresh: bool = False


def clients(world: World, request: Request) -> Response:
    """GET lists the OAuth clients of a room; POST registers one or changes it."""
    if request.method == "POST":
        body = read_as(request, ClientBody)
        room_of(body.room)
        made = Client(
            client_id=body.client_id,
            secret=body.client_secret,
            redirect_uris=tuple(body.redirect_uris),
        )
        world.clients_of(body.room).register(made)
        return json_answer(_shown(made), status=201)
    known = world.clients_of(room_asked_for(request).segment).all()
    return json_answer({"clients": [_shown(one) for one in known]})


def _shown(client: Client) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "client_secret": client.secret,
        "redirect_uris": client.redirect_uris,
    }


def consent(world: World, request: Request, *, email: str) -> Response:
    """POST: the token answer the application would have got after a consent in the browser."""
    person = person_of(world, email)
    body = read_as(request, ConsentBody)
    login = _login(body.room)
    clients = world.clients_of(body.room)
    client_id = body.client_id or clients.built_in.client_id
    if clients.get(client_id) is None:
        raise ControlError(f"unknown client {client_id!r}")
    scopes = login.usual if body.scopes is None else frozenset(body.scopes)
    if not scopes or not scopes <= login.known:
        raise ControlError(f"scopes must be some of: {' '.join(sorted(login.known))}")
    return json_answer(login.issue(world, person.email, client_id, scopes, offline=body.offline))


def _login(room: str) -> Login:
    login = room_of(room).login
    if login is None:
        raise ControlError(f"nobody consents to anything in room {room!r}")
    return login


def revoke(world: World, request: Request, *, email: str) -> Response:
    """POST: the person removes the application from their account."""
    person = person_of(world, email)
    body = read_as(request, RevokeBody)
    _login(body.room)
    ended = world.grants_of(body.room).end_grants_of(person.email, body.client_id)
    return json_answer({"grants": ended})


def expire_tokens(world: World, request: Request, *, email: str) -> Response:
    """POST: access tokens (and refresh tokens, when asked) run out now."""
    person = person_of(world, email)
    body = read_as(request, ExpireBody)
    _login(body.room)
    chosen = {"access": body.access, "refresh": body.refresh}
    kinds = tuple(kind for kind, wanted in chosen.items() if wanted)
    expired = world.grants_of(body.room).expire(person.email, kinds, world.clock.timestamp())
    return json_answer({"tokens": expired})
