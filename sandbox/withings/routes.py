"""Withings' two hosts under one prefix."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import Fault
from sandbox.oauth_stand_in import token_endpoint
from sandbox.oauth_stand_in.consent import authorize
from sandbox.oauth_stand_in.desk import caller_of
from sandbox.oauth_stand_in.issuing import bearer, holder
from sandbox.people import Person
from sandbox.reception import Reception
from sandbox.withings.dialect import (
    BAD_REQUEST,
    DIALECT,
    FORBIDDEN,
    REFUSED_TOKEN,
    ROOM,
    TIMEOUT,
    TOO_MANY,
    bad,
)
from sandbox.withings.knobs import WithingsKnobs
from sandbox.withings.measure import activity
from sandbox.withings.notify import notify
from sandbox.withings.signed import get_nonce, revoke
from sandbox.world import World

PREFIX = f"/{ROOM}"
ROUTES = Map(
    [
        Rule(f"{PREFIX}/oauth2_user/authorize2", endpoint="authorize", methods=["GET", "POST"]),
        Rule(f"{PREFIX}/v2/oauth2", endpoint="token", methods=["POST"]),
        Rule(f"{PREFIX}/v2/signature", endpoint="signature", methods=["POST"]),
        Rule(f"{PREFIX}/v2/measure", endpoint="measure", methods=["POST"]),
        Rule(f"{PREFIX}/notify", endpoint="notify", methods=["POST"]),
    ],
    merge_slashes=False,
)
GROUPS = {"authorize": "authorize", "token": "oauth", "signature": "oauth"}


def knobs_of(world: World) -> WithingsKnobs:
    """The room's knobs in force."""
    return world.knobs_of(ROOM, WithingsKnobs).now


def _answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    del args
    if endpoint == "authorize":
        return authorize(world, DIALECT, request)
    if endpoint == "token":
        return _oauth(world, request)
    if endpoint == "signature":
        return get_nonce(world, request)
    return _api(world, request, endpoint)


def _oauth(world: World, request: Request) -> Response:
    action = request.form.get("action")
    if action == "revoke":
        return revoke(world, request)
    if action != "requesttoken":
        return bad(BAD_REQUEST, "Invalid Params")
    return token_endpoint.token(world, DIALECT, request)


def _api(world: World, request: Request, endpoint: str) -> Response:
    """The limit is the application's, whosever account it asks for."""
    knobs = knobs_of(world)
    if world.rate_limit.spend(ROOM, calls=knobs.calls_per_minute) is not None:
        return _too_many(knobs)
    person = _person(world, request)
    if person is None:
        return bad(REFUSED_TOKEN, "invalid_token")
    act = activity if endpoint == "measure" else notify
    return act(world, request, person, knobs)


def _person(world: World, request: Request) -> Person | None:
    """Whose token it is; its first use ends the refresh tokens from before it."""
    held = holder(world, DIALECT, bearer(request))
    if held is None or "user.activity" not in held.scopes:
        return None
    world.grants_of(ROOM).end_tokens_before(held.token, "refresh")
    return world.people.get(held.email)


def _too_many(knobs: WithingsKnobs) -> Response:
    if knobs.too_many == "429":
        return Response("Too Many Requests\n", status=429, mimetype="text/plain")
    return bad(TOO_MANY, "Too Many Requests")


def _failed(world: World, fault: Fault, group: str) -> Response:
    """In the envelope where Withings has a number for it, as plain HTTP where it has none."""
    del group
    if fault.kind == "429":
        return _too_many(knobs_of(world))
    numbers = {
        "401": REFUSED_TOKEN,
        "invalid_grant": REFUSED_TOKEN,
        "invalid_client": FORBIDDEN,
        "403": FORBIDDEN,
        "403_scope": FORBIDDEN,
        "403_service_disabled": FORBIDDEN,
        "400": BAD_REQUEST,
        "503": TIMEOUT,
    }
    if fault.kind in numbers:
        return bad(numbers[fault.kind], f"Scripted failure: {fault.kind}")
    status = int(fault.kind) if fault.kind.isdigit() else 500
    return Response(f"{fault.kind}\n", status=status, mimetype="text/plain")


def _nowhere() -> Response:
    return Response("<html><body>Not found</body></html>", status=404, mimetype="text/html")


RECEPTION = Reception(
    room=ROOM,
    routes=ROUTES,
    groups=GROUPS,
    caller=caller_of(DIALECT),
    answer=_answer,
    failed=_failed,
    nowhere=_nowhere,
)
