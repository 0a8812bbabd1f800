"""Garmin's hosts under one prefix."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.garmin import api
from sandbox.garmin.dialect import DIALECT, ROOM
from sandbox.oauth_stand_in import token_endpoint
from sandbox.oauth_stand_in.consent import authorize
from sandbox.reception import Reception
from sandbox.scripted import failed
from sandbox.world import World

HEALTH_API = "/garmin/wellness-api/rest"
USER = "/garmin/<any('wellness-api', 'partner-gateway'):root>/rest/user"

ROUTES = Map(
    [
        Rule("/garmin/oauth/authorize", endpoint="authorize", methods=["GET", "POST"]),
        Rule("/garmin/oauth/token", endpoint="token", methods=["POST"]),
        Rule(f"{USER}/id", endpoint="user_id", methods=["GET"]),
        Rule(f"{USER}/permissions", endpoint="permissions", methods=["GET"]),
        Rule(f"{USER}/registration", endpoint="registration", methods=["DELETE"]),
        Rule(f"{HEALTH_API}/dailies", endpoint="dailies", methods=["GET"]),
        Rule(f"{HEALTH_API}/backfill/dailies", endpoint="backfill", methods=["GET"]),
    ],
    merge_slashes=False,
)
GROUPS = {
    "authorize": "authorize",
    "token": "oauth",
    "user_id": "user",
    "permissions": "user",
    "registration": "user",
}


def _caller(world: World, request: Request, endpoint: str) -> str | None:
    del endpoint
    return token_endpoint.caller(world, DIALECT, request)


def _answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    if endpoint == "authorize":
        return authorize(world, DIALECT, request)
    if endpoint == "token":
        return token_endpoint.token(world, DIALECT, request)
    return api.answer(world, request, endpoint, args)


def _nowhere() -> Response:
    return api.error(404)


def _body(status: int, kind: str) -> dict[str, str]:
    return {"errorMessage": f"{status} {kind}"}


RECEPTION = Reception(
    room=ROOM,
    routes=ROUTES,
    groups=GROUPS,
    caller=_caller,
    answer=_answer,
    failed=failed(DIALECT, body=_body, statuses={"403_scope": 412}),
    nowhere=_nowhere,
)
