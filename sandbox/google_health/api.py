"""health.googleapis.com: who may ask, in Google's order of checks, and the way to the answer."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.google_health.datapoints import list_points, reconcile
from sandbox.google_health.errors import (
    ApiError,
    account_error,
    bad_argument,
    credentials_missing,
    json_response,
    quota_exceeded,
    scope_missing,
    unauthenticated,
)
from sandbox.google_health.profile import identity, paired_device, paired_devices, settings
from sandbox.google_health.rollup import daily_roll_up, roll_up
from sandbox.google_health.scopes import ACTIVITY, SETTINGS
from sandbox.grants import Token
from sandbox.people import Person
from sandbox.world import World

Answer = Callable[[World, Request, Person], dict[str, Any]]
STEPS: dict[str, Answer] = {
    "list": list_points,
    "reconcile": reconcile,
    "rollUp": roll_up,
    "dailyRollUp": daily_roll_up,
}
PROFILE: dict[str, Answer] = {
    "identity": identity,
    "settings": settings,
    "pairedDevices": paired_devices,
}
SCOPE = {"identity": None, "settings": SETTINGS, "pairedDevices": SETTINGS}


def bearer(request: Request) -> str | None:
    """The access token of the Authorization header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def caller(world: World, request: Request) -> str | None:
    """Whose token this is, whether or not it still works."""
    token = bearer(request)
    held = world.grants.token(token) if token else None
    return None if held is None else held.email


def answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    """Checks token, quota, scope, account, user and type, then answers."""
    held = _token(world, request)
    _spend(world, held.email)
    _check_scope(world, held, endpoint)
    person = world.people.get(held.email)
    if person is None:
        raise unauthenticated()
    if person.account_state != "ok":
        raise account_error(person.account_state)
    if args["user"] not in ("me", person.health_user_id):
        raise ApiError(403, "The caller does not have permission")
    return json_response(_body(world, request, person, endpoint, args))


def _token(world: World, request: Request) -> Token:
    text = bearer(request)
    if text is None:
        raise credentials_missing()
    held = world.grants.token(text)
    if held is None or held.kind != "access" or not held.works_at(world.clock.timestamp()):
        raise unauthenticated()
    return held


def _spend(world: World, email: str) -> None:
    wait = world.rate_limit.spend(f"google {email}", calls=world.knobs.now.rate_limit_per_minute)
    if wait is not None:
        raise quota_exceeded(retry_after(world, world.knobs.now.retry_after, wait))


def retry_after(world: World, style: str, seconds: float) -> dict[str, str]:
    """The Retry-After header in a style: none, seconds, http-date, or a literal number."""
    whole = int(seconds) + 1
    if style == "seconds":
        return {"Retry-After": str(whole)}
    if style == "http-date":
        at = world.clock.now() + timedelta(seconds=whole)
        return {"Retry-After": format_datetime(at, usegmt=True)}
    return {} if style == "none" else {"Retry-After": style}


def _check_scope(world: World, held: Token, endpoint: str) -> None:
    needed = SCOPE.get(endpoint, ACTIVITY)
    if needed is not None and needed not in held.scopes:
        raise scope_missing(world.knobs.now.scope_error_reason)


def _body(
    world: World, request: Request, person: Person, endpoint: str, args: Mapping[str, Any]
) -> dict[str, Any]:
    if "device" in args:
        return paired_device(world, person, args["device"])
    if endpoint in PROFILE:
        return PROFILE[endpoint](world, request, person)
    if args["data_type"] != "steps":
        raise bad_argument(
            f"Unknown data type collection: {args['data_type'][:80]}.",
            field="parent",
            reason="INVALID_PARENT_DATA_TYPE_COLLECTION",
        )
    if endpoint not in STEPS:
        raise bad_argument(
            "The data type does not support this action.",
            field="parent",
            reason="UNSUPPORTED_DATA_TYPE_ACTION",
            metadata={"allowed_actions": ",".join(STEPS)},
        )
    return STEPS[endpoint](world, request, person)
