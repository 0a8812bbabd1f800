"""/control: OAuth clients, and what a person may do to a grant outside the application."""

from typing import Annotated

import msgspec
from msgspec import Meta
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import ControlError, json_answer, person_of, read_as
from sandbox.google_health.clients import Client
from sandbox.google_health.oauth import issue
from sandbox.google_health.scopes import ACTIVITY, SETTINGS, WORDING
from sandbox.world import World

Text = Annotated[str, Meta(min_length=1, max_length=400, pattern=r"^\S+$")]


class _Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class ClientBody(_Strict):
    """An OAuth client."""

    client_id: Text
    client_secret: Text
    redirect_uris: list[Text] = []


class ConsentBody(_Strict):
    """A consent given without a browser."""

    client_id: str | None = None
    scopes: list[str] = msgspec.field(default_factory=lambda: [ACTIVITY, SETTINGS])
    offline: bool = True


class RevokeBody(_Strict):
    """Which application to remove; all of them without a client_id."""

    client_id: str | None = None


class ExpireBody(_Strict):
    """Which tokens run out now."""

    access: bool = True
    refresh: bool = False


def clients(world: World, request: Request) -> Response:
    """GET lists the OAuth clients; POST registers one or changes it."""
    if request.method == "POST":
        body = read_as(request, ClientBody)
        made = world.clients.register(body.client_id, body.client_secret, tuple(body.redirect_uris))
        return json_answer(_shown(made), status=201)
    return json_answer({"clients": [_shown(one) for one in world.clients.all()]})


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
    client_id = body.client_id or world.settings.google_client_id
    if world.clients.get(client_id) is None:
        raise ControlError(f"unknown client {client_id!r}")
    if not body.scopes or not set(body.scopes) <= set(WORDING):
        raise ControlError(f"scopes must be some of: {' '.join(WORDING)}")
    scopes = frozenset(body.scopes)
    return json_answer(issue(world, person.email, client_id, scopes, offline=body.offline))


def revoke(world: World, request: Request, *, email: str) -> Response:
    """POST: the person removes the application from their account."""
    person = person_of(world, email)
    body = read_as(request, RevokeBody)
    return json_answer({"grants": world.grants.end_grants_of(person.email, body.client_id)})


def expire_tokens(world: World, request: Request, *, email: str) -> Response:
    """POST: access tokens (and refresh tokens, when asked) run out now."""
    person = person_of(world, email)
    body = read_as(request, ExpireBody)
    chosen = {"access": body.access, "refresh": body.refresh}
    kinds = tuple(kind for kind, wanted in chosen.items() if wanted)
    return json_answer(
        {"tokens": world.grants.expire(person.email, kinds, world.clock.timestamp())}
    )
