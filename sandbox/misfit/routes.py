"""Misfit's host: the consent page, the token endpoint and the resources."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import Fault
from sandbox.misfit import api
from sandbox.misfit.dialect import DIALECT
from sandbox.misfit.shapes import error, json_response, landing_page, nowhere, too_many
from sandbox.misfit.sns import certificate, confirmed
from sandbox.oauth_stand_in import token_endpoint
from sandbox.oauth_stand_in.consent import authorize
from sandbox.oauth_stand_in.dialect import Refusal
from sandbox.reception import Reception
from sandbox.world import World

PREFIX = "/misfit"
USER = f"{PREFIX}/move/resource/v1/user/<user>"
RATE_LIMIT_SECONDS = 600

# Every path has been used with a slash at the end and without.
ROUTES = Map(
    [
        Rule(f"{PREFIX}/auth/dialog/authorize", endpoint="authorize", methods=["GET", "POST"]),
        Rule(f"{PREFIX}/auth/tokens/exchange", endpoint="token", methods=["POST"]),
        Rule(f"{USER}/profile", endpoint="profile", methods=["GET"]),
        Rule(f"{USER}/device", endpoint="device", methods=["GET"]),
        Rule(f"{USER}/activity/summary", endpoint="summary", methods=["GET"]),
        Rule(f"{PREFIX}/sns/<name>.pem", endpoint="certificate", methods=["GET"]),
        Rule(f"{PREFIX}/sns/", endpoint="confirm", methods=["GET"]),
        Rule(f"{PREFIX}/apps/<app>/verify_endpoint", endpoint="verify", methods=["GET"]),
    ],
    strict_slashes=False,
    merge_slashes=False,
)
GROUPS = {
    "authorize": "authorize",
    "token": "oauth",
    "certificate": "sns",
    "confirm": "sns",
    "verify": "sns",
}


def _caller(world: World, request: Request, endpoint: str) -> str | None:
    known = token_endpoint.caller(world, DIALECT, request)
    if known or GROUPS.get(endpoint, "api") != "api":
        return known
    held = world.grants_of(DIALECT.room).token(api.shown_token(request))
    return held.email if held else None


def _answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    state = api.knobs_of(world).state
    if state != "open":
        return error(410, api.knobs_of(world)) if state == "gone" else landing_page()
    if endpoint == "authorize":
        return authorize(world, DIALECT, request)
    if endpoint == "token":
        return _token(world, request)
    if endpoint == "certificate":
        return certificate(world)
    if endpoint in ("confirm", "verify"):
        return confirmed(world, request)
    return api.answer(world, request, endpoint, args)


def _token(world: World, request: Request) -> Response:
    """A wrong secret has also been answered by a success that holds no token."""
    response = token_endpoint.token(world, DIALECT, request)
    if response.status_code == 401 and api.knobs_of(world).refused_client == "no_token":
        return json_response({"message": "unauthorized"})
    return response


def _failed(world: World, fault: Fault, group: str) -> Response:
    knobs = api.knobs_of(world)
    if group == "oauth" and fault.kind in ("invalid_client", "invalid_grant"):
        return DIALECT.refusal(Refusal(fault.kind, "scripted"))
    if fault.kind == "429":
        return too_many(knobs, RATE_LIMIT_SECONDS)
    return error(int(fault.kind[:3]) if fault.kind[:3].isdigit() else 500, knobs)


RECEPTION = Reception(
    room=DIALECT.room,
    routes=ROUTES,
    groups=GROUPS,
    caller=_caller,
    answer=_answer,
    failed=_failed,
    nowhere=nowhere,
)
