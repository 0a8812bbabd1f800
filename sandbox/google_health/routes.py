"""Google's three hosts under one prefix: accounts, oauth2 and health."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.google_health import api, consent, oauth, subscribers
from sandbox.google_health.errors import ApiError, json_response, no_such_page
from sandbox.google_health.failing import failed
from sandbox.google_health.mouth import mouth_of, speak_again
from sandbox.google_health.tink_keys import keyset
from sandbox.reception import Reception
from sandbox.world import World

PREFIX = "/google"
ME = f"{PREFIX}/v4/users/<user>"
SUBSCRIBERS = f"{PREFIX}/v4/projects/<project>/subscribers"
KEYSET = f"{PREFIX}/googlehealthapi/webhooks/webhooks_public_keyset.json"
POINTS = f"{ME}/dataTypes/<data_type>/dataPoints"

ROUTES = Map(
    [
        Rule(f"{PREFIX}/o/oauth2/v2/auth", endpoint="authorize", methods=["GET", "POST"]),
        Rule(f"{PREFIX}/token", endpoint="token", methods=["POST"]),
        Rule(f"{PREFIX}/revoke", endpoint="revoke", methods=["POST"]),
        Rule(f"{ME}/identity", endpoint="identity", methods=["GET"]),
        Rule(f"{ME}/settings", endpoint="settings", methods=["GET"]),
        Rule(f"{ME}/pairedDevices", endpoint="pairedDevices", methods=["GET"]),
        Rule(f"{ME}/pairedDevices/<device>", endpoint="pairedDevices", methods=["GET"]),
        Rule(POINTS, endpoint="list", methods=["GET"]),
        Rule(POINTS, endpoint="create", methods=["POST"]),
        Rule(f"{POINTS}/<point>", endpoint="get", methods=["GET"]),
        Rule(f"{POINTS}:reconcile", endpoint="reconcile", methods=["GET"]),
        Rule(f"{POINTS}:rollUp", endpoint="rollUp", methods=["POST"]),
        Rule(f"{POINTS}:dailyRollUp", endpoint="dailyRollUp", methods=["POST"]),
        Rule(SUBSCRIBERS, endpoint="subscribers", methods=["GET", "POST"]),
        Rule(f"{SUBSCRIBERS}/<name>", endpoint="subscriber", methods=["PATCH", "DELETE"]),
        Rule(KEYSET, endpoint="keyset", methods=["GET"]),
    ],
    merge_slashes=False,
)
GROUPS = {"authorize": "authorize", "token": "oauth", "revoke": "oauth"}
# Not about anybody's account.
OPERATORS = frozenset({"subscribers", "subscriber", "keyset"})


def _caller(world: World, request: Request, endpoint: str) -> str | None:
    speak_again(world)
    group = GROUPS.get(endpoint, "api")
    if endpoint in OPERATORS:
        return None
    if group == "api":
        return api.caller(world, request)
    if group == "oauth":
        return oauth.caller(world, request)
    return request.form.get("account")


def _answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    try:
        if endpoint == "authorize":
            return consent.authorize(world, request)
        if endpoint == "token":
            return oauth.token(world, request)
        if endpoint == "revoke":
            return oauth.revoke(world, request)
        if endpoint in OPERATORS:
            return _for_operators(world, request, endpoint, args)
        return api.answer(world, request, endpoint, args)
    except (ApiError, oauth.OAuthError) as error:
        return error.response()


def _for_operators(
    world: World, request: Request, endpoint: str, args: Mapping[str, Any]
) -> Response:
    if endpoint == "keyset":
        return json_response(keyset(world))
    answered = subscribers.answer(world, request, endpoint, args)
    if request.method == "POST":
        mouth_of(world).begin_anew()
    return answered


RECEPTION = Reception(
    room="google",
    routes=ROUTES,
    groups=GROUPS,
    caller=_caller,
    answer=_answer,
    failed=failed,
    nowhere=no_such_page,
)
