"""Webhook subscriptions: made with the application's secret, verified at once, running out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
import requests
from werkzeug.wrappers import Request, Response

from sandbox.oauth_stand_in.dialect import json_response
from sandbox.oura.api import error, knobs_of
from sandbox.oura.dialect import ROOM
from sandbox.world import World

EVENTS = {"create", "update", "delete"}
CHALLENGE = "made-up-challenge"


def answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    """One call of the subscription routes."""
    client = world.clients_of(ROOM).get(request.headers.get("x-client-id", ""))
    if client is None or not client.has_secret(request.headers.get("x-client-secret", "")):
        return error(401, "unknown client or wrong secret")
    known = kept(world)
    if endpoint == "subscriptions" and request.method == "GET":
        return json_response(list(known.values()))
    if endpoint == "subscriptions":
        return _made(world, request, str(uuid4()))
    if args["name"] not in known:
        return error(403, "no such subscription")
    if endpoint == "renewal":
        return _keep(world, known[args["name"]] | {"expiration_time": _ends(world)})
    return _made(world, request, args["name"])


def kept(world: World) -> dict[str, dict[str, Any]]:
    """Every subscription by its id."""
    text = world.store.document("oura subscriptions")
    found: dict[str, dict[str, Any]] = msgspec.json.decode(text) if text else {}
    return found


def _made(world: World, request: Request, name: str) -> Response:
    """Made or moved, if the address answers the challenge."""
    body = request.get_json(silent=True) or {}
    if body.get("event_type") not in EVENTS or "callback_url" not in body:
        return error(422, "event_type or callback_url")
    if not _verified(body["callback_url"], body.get("verification_token", "")):
        return error(400, "the address did not answer the challenge")
    wanted = {key: body[key] for key in ("callback_url", "event_type", "data_type")}
    return _keep(world, {"id": name, "expiration_time": _ends(world)} | wanted)


def _verified(url: str, token: str) -> bool:
    query = urlencode({"verification_token": token, "challenge": CHALLENGE})
    try:
        answered = requests.get(f"{url}?{query}", timeout=10, allow_redirects=False)
        return bool(answered.json() == {"challenge": CHALLENGE})
    except (requests.RequestException, ValueError):
        return False


def _ends(world: World) -> str:
    ends: datetime = world.clock.now() + timedelta(seconds=knobs_of(world).subscription_seconds)
    return ends.isoformat(timespec="seconds")


def _keep(world: World, subscription: dict[str, Any]) -> Response:
    known = kept(world) | {subscription["id"]: subscription}
    world.store.save_document("oura subscriptions", msgspec.json.encode(known).decode())
    return json_response(subscription)
