"""Requests that the application signs: a nonce, and the end of a grant."""

import hmac
import secrets
from hashlib import sha256

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.oauth_stand_in.accounts import person_with
from sandbox.withings.dialect import BAD_REQUEST, FORBIDDEN, ROOM, bad, good
from sandbox.withings.notify import drop_subscriptions
from sandbox.world import World

DOCUMENT = "withings nonces"
NONCE_SECONDS = 30 * 60


def get_nonce(world: World, request: Request) -> Response:
    """POST /v2/signature: a nonce for one signed request, good for half an hour."""
    stamp = request.form.get("timestamp", "")
    if not _is_signed(world, request, "getnonce", stamp):
        return bad(FORBIDDEN, "Invalid signature")
    if not stamp.isdecimal():
        return bad(BAD_REQUEST, "Invalid timestamp")
    nonce = secrets.token_hex(20)
    with world.store.transaction():
        _save(world, _nonces(world) | {nonce: world.clock.timestamp() + NONCE_SECONDS})
    return good({"nonce": nonce})


def revoke(world: World, request: Request) -> Response:
    """POST /v2/oauth2, action revoke: the grant ends, and its subscriptions with it."""
    nonce = request.form.get("nonce", "")
    if not _is_signed(world, request, "revoke", nonce) or not _use(world, nonce):
        return bad(FORBIDDEN, "Invalid signature")
    person = person_with(world, ROOM, request.form.get("userid", ""))
    if person is not None:
        client_id = request.form["client_id"]
        world.grants_of(ROOM).end_grants_of(person.email, client_id)
        drop_subscriptions(world, person.email)
    return good({})


def _is_signed(world: World, request: Request, action: str, last: str) -> bool:
    client = world.clients_of(ROOM).get(request.form.get("client_id", ""))
    if client is None or request.form.get("action") != action:
        return False
    said = f"{action},{client.client_id},{last}".encode()
    proof = hmac.new(client.secret.encode(), said, sha256).hexdigest()
    return hmac.compare_digest(proof, request.form.get("signature", ""))


def _nonces(world: World) -> dict[str, float]:
    doc = world.store.document(DOCUMENT)
    return msgspec.json.decode(doc, type=dict[str, float]) if doc else {}


def _save(world: World, nonces: dict[str, float]) -> None:
    world.store.save_document(DOCUMENT, msgspec.json.encode(nonces).decode())


def _use(world: World, nonce: str) -> bool:
    with world.store.transaction():
        known = _nonces(world)
        until = known.pop(nonce, 0.0)
        _save(world, known)
    return world.clock.timestamp() < until
