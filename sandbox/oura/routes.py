"""Oura's hosts under one prefix."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import Fault
from sandbox.oauth_stand_in import token_endpoint
from sandbox.oauth_stand_in.desk import with_oauth
from sandbox.oura import api, subscriptions
from sandbox.oura.dialect import DIALECT, ROOM
from sandbox.reception import Reception
from sandbox.scripted import failed
from sandbox.world import World

COLLECTION = "/oura/v2/usercollection"
SUBSCRIPTION = "/oura/v2/webhook/subscription"
ROUTES = Map(
    [
        Rule("/oura/oauth/authorize", endpoint="authorize", methods=["GET", "POST"]),
        Rule("/oura/oauth/token", endpoint="token", methods=["POST"]),
        Rule("/oura/oauth/revoke", endpoint="revoke", methods=["GET", "POST"]),
        Rule(f"{COLLECTION}/personal_info", endpoint="personal_info", methods=["GET"]),
        Rule(f"{COLLECTION}/daily_activity", endpoint="daily_activity", methods=["GET"]),
        Rule(SUBSCRIPTION, endpoint="subscriptions", methods=["GET", "POST"]),
        Rule(f"{SUBSCRIPTION}/<name>", endpoint="subscription", methods=["PUT"]),
        Rule(f"{SUBSCRIPTION}/renew/<name>", endpoint="renewal", methods=["PUT"]),
    ],
    merge_slashes=False,
)
GROUPS = {
    "authorize": "authorize",
    "token": "oauth",
    "revoke": "oauth",
    "personal_info": "member",
    "subscriptions": "webhooks",
    "subscription": "webhooks",
    "renewal": "webhooks",
}


def _caller(world: World, request: Request, endpoint: str) -> str | None:
    del endpoint
    held = world.grants_of(ROOM).token(request.args.get("access_token", ""))
    return held.email if held else token_endpoint.caller(world, DIALECT, request)


def _answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    if endpoint == "revoke":
        return api.revoke(world, request)
    if GROUPS.get(endpoint) == "webhooks":
        return subscriptions.answer(world, request, endpoint, args)
    return api.answer(world, request, endpoint)


def _body(status: int, kind: str) -> dict[str, Any]:
    text = "missing scope: daily" if kind == "403_scope" else kind
    return {"status": status, "title": text, "detail": text}


_FAIL = failed(DIALECT, body=_body)


def _failed(world: World, fault: Fault, group: str) -> Response:
    """A 429 says which limit it was."""
    response = _FAIL(world, fault, group)
    if fault.kind == "429":
        response.headers["X-RateLimit-Tier"] = api.knobs_of(world).limited_tier
    return response


RECEPTION = Reception(
    room=ROOM,
    routes=ROUTES,
    groups=GROUPS,
    caller=_caller,
    answer=with_oauth(DIALECT, _answer),
    failed=_failed,
    nowhere=lambda: api.error(404),
)
