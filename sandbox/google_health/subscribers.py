"""Webhook subscribers of the project: made, verified at their address, changed and removed."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from msgspec import field
from werkzeug.wrappers import Request, Response

from sandbox.google_health.api import bearer
from sandbox.google_health.errors import ApiError, json_response, unauthenticated
from sandbox.google_health.service_accounts import is_token
from sandbox.google_health.webhook_knobs import knobs_of
from sandbox.world import World

DOCUMENT = "google subscribers"
PROJECT = "1234567890"
ID = re.compile(r"[a-z]([a-z0-9-]{2,34}[a-z0-9])")
AGENT = {"User-Agent": "Google-Health-API-Webhooks-Verifier"}
TIMEOUT = 10


class Config(msgspec.Struct, kw_only=True, rename="camel"):
    """What a subscriber is told of."""

    data_types: list[str]
    subscription_create_policy: str = "MANUAL"


class Authorization(msgspec.Struct, kw_only=True):
    """What every call to the subscriber carries."""

    secret: str = ""


class Subscriber(msgspec.Struct, kw_only=True, rename="camel"):
    """A subscriber; the secret is never shown again."""

    id: str = ""
    endpoint_uri: str
    subscriber_configs: list[Config]
    endpoint_authorization: Authorization = field(default_factory=Authorization)
    state: str = "ACTIVE"

    @property
    def is_told_of_steps(self) -> bool:
        """Whether changed steps of everybody are its business."""
        automatic = [c for c in self.subscriber_configs if "steps" in c.data_types]
        active = self.state == "ACTIVE"
        return active and any(c.subscription_create_policy == "AUTOMATIC" for c in automatic)


def kept(world: World) -> dict[str, Subscriber]:
    """Every subscriber by its id."""
    text = world.store.document(DOCUMENT)
    return msgspec.json.decode(text, type=dict[str, Subscriber]) if text else {}


def save(world: World, subscribers: Mapping[str, Subscriber]) -> None:
    """Replace them all."""
    world.store.save_document(DOCUMENT, msgspec.json.encode(subscribers).decode())


def answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    """One call of the subscriber routes, by a service account."""
    if not is_token(world, bearer(request) or ""):
        raise unauthenticated()
    _check_project(args["project"], changing=endpoint == "subscriber")
    if endpoint == "subscribers" and request.method == "GET":
        return _listed(world)
    if endpoint == "subscribers":
        return _operation(world, made(world, request.args.get("subscriberId", ""), _read(request)))
    if args["name"] not in kept(world):
        raise ApiError(404, "Requested entity was not found.", reason="RESOURCE_NOT_FOUND")
    if request.method == "DELETE":
        return _deleted(world, args["name"])
    return _operation(world, _patched(world, request, args["name"]))


def _check_project(project: str, *, changing: bool) -> None:
    """The project's id in place of its number fails in two ways."""
    if project == PROJECT:
        return
    if changing:
        raise ApiError(400, "Invalid project number in resource name.")
    raise ApiError(403, "The caller does not have permission")


def _read(request: Request) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(request.get_data())
    except msgspec.MsgspecError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "Invalid JSON payload received.")
    return body


def made(world: World, name: str, body: dict[str, Any]) -> Subscriber:
    """A new subscriber, once its address has been verified. Raises ApiError."""
    if not ID.fullmatch(name):
        raise ApiError(400, "Invalid subscriber id.", field="subscriber_id")
    if name in kept(world):
        raise ApiError(409, "Subscriber already exists.", status="ALREADY_EXISTS")
    return _verified(world, _converted({**body, "id": name}))


def _patched(world: World, request: Request, name: str) -> Subscriber:
    held: dict[str, Any] = msgspec.to_builtins(kept(world)[name])
    body = _read(request)
    named = [part for part in request.args.get("updateMask", "").split(",") if part]
    return _verified(world, _converted(held | {part: body.get(part) for part in named}))


def _converted(body: dict[str, Any]) -> Subscriber:
    try:
        wanted = msgspec.convert({**body, "state": "ACTIVE"}, Subscriber)
    except msgspec.ValidationError as error:
        raise ApiError(400, f"Invalid subscriber: {error}.") from None
    parts = urlsplit(wanted.endpoint_uri)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise ApiError(400, "The endpoint must be https.", field="subscriber.endpoint_uri")
    return wanted


def _verified(world: World, wanted: Subscriber) -> Subscriber:
    """The handshake: 201 with the secret, 401 or 403 without; else nothing is saved."""
    secret = {"Authorization": wanted.endpoint_authorization.secret}
    if _greeted(wanted, secret) not in (200, 201) or _greeted(wanted, {}) not in (401, 403):
        raise ApiError(400, "The endpoint could not be verified.", status="FAILED_PRECONDITION")
    with world.store.transaction():
        save(world, kept(world) | {wanted.id: wanted})
    return wanted


def _greeted(wanted: Subscriber, headers: dict[str, str]) -> int:
    kind = {"Content-Type": "application/json"}
    try:
        return requests.post(
            wanted.endpoint_uri,
            data=b'{"type":"verification"}',
            headers=AGENT | kind | headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        ).status_code
    except requests.RequestException:
        return 0


def _deleted(world: World, name: str) -> Response:
    with world.store.transaction():
        left = {one: held for one, held in kept(world).items() if one != name}
        save(world, left)
    return json_response({"name": "operations/delete", "done": True, "response": {}})


def shown(subscriber: Subscriber) -> dict[str, Any]:
    """A subscriber as Google describes it."""
    described: dict[str, Any] = msgspec.to_builtins(subscriber)
    del described["endpointAuthorization"], described["id"]
    name = f"projects/{PROJECT}/subscribers/{subscriber.id}"
    return {"name": name, **described, "endpointAuthorization": {"secretSet": True}}


def _listed(world: World) -> Response:
    found = [shown(one) for one in kept(world).values()]
    return json_response({"subscribers": found, "totalSize": len(found)} if found else {})


def _operation(world: World, subscriber: Subscriber) -> Response:
    described = shown(subscriber)
    if knobs_of(world).bare_subscriber:
        return json_response(described)
    kind = "type.googleapis.com/google.devicesandservices.health.v4.Subscriber"
    done = {"name": "operations/sandbox", "done": True, "response": {"@type": kind} | described}
    return json_response(done)
