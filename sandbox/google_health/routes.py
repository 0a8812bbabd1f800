"""Google's three hosts under one prefix: accounts, oauth2 and health."""

import time
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import SPOILING, Fault
from sandbox.google_health import api, consent, oauth
from sandbox.google_health.errors import ApiError, no_such_page
from sandbox.google_health.failing import failed
from sandbox.spoil import NoAnswer, hang_up, spoilt, wait
from sandbox.world import World

PREFIX = "/google"
ME = f"{PREFIX}/v4/users/<user>"
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
    ],
    merge_slashes=False,
)
GROUPS = {"authorize": "authorize", "token": "oauth", "revoke": "oauth"}


def handle(world: World, request: Request) -> Response:
    """Answer one request to Google, fail it when a fault says so, and write it down."""
    began = time.perf_counter()
    try:
        endpoint, args = ROUTES.bind_to_environ(request.environ).match()
    except HTTPException:
        return no_such_page()
    group = GROUPS.get(endpoint, "api")
    email = _caller(world, request, group)
    fault = world.faults.take(endpoint, group, email)
    status = 0
    try:
        response = _answer_or_fail(world, request, endpoint, args, fault)
        status = response.status_code
    except NoAnswer:
        response = _dropped(request)
    world.traffic.note(
        {
            "at": world.clock.now().isoformat(),
            "method": request.method,
            "path": request.path,
            "endpoint": endpoint,
            "grant_type": request.form.get("grant_type") if endpoint == "token" else None,
            "status": status,
            "email": email,
            "fault": fault.kind if fault else None,
            "milliseconds": round((time.perf_counter() - began) * 1000, 2),
        }
    )
    return response


def _caller(world: World, request: Request, group: str) -> str | None:
    if group == "api":
        return api.caller(world, request)
    if group == "oauth":
        return oauth.caller(world, request)
    return request.form.get("account")


def _answer_or_fail(
    world: World, request: Request, endpoint: str, args: Mapping[str, Any], fault: Fault | None
) -> Response:
    """The answer; the failure instead of it; or, after it was carried out, the failure."""
    group = GROUPS.get(endpoint, "api")
    if fault is not None and fault.kind == "latency":
        wait(fault)
    if fault is None or fault.kind == "latency":
        return _answer(world, request, endpoint, args)
    if not fault.after:
        return failed(world, fault, group)
    response = _answer(world, request, endpoint, args)
    if fault.kind in SPOILING:
        return spoilt(fault, response, request.environ)
    return failed(world, fault, group)


def _answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    try:
        if endpoint == "authorize":
            return consent.authorize(world, request)
        if endpoint == "token":
            return oauth.token(world, request)
        if endpoint == "revoke":
            return oauth.revoke(world, request)
        return api.answer(world, request, endpoint, args)
    except (ApiError, oauth.OAuthError) as error:
        return error.response()


def _dropped(request: Request) -> Response:
    """Close the connection under the server; what is returned never reaches the caller."""
    hang_up(request.environ, reset=True)
    return Response(b"", status=502, headers={"Connection": "close"})
