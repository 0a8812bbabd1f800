"""/move/resource/v1: who may ask, in order of the checks, and what profile and device say."""

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.misfit.dialect import DIALECT, ROOM
from sandbox.misfit.knobs import MisfitKnobs
from sandbox.misfit.shapes import error, json_response, too_many
from sandbox.misfit.summary import summary
from sandbox.oauth_stand_in.accounts import hex_id
from sandbox.oauth_stand_in.issuing import bearer, holder
from sandbox.people import Person, last_sync
from sandbox.world import World

HOUR = 3600


def knobs_of(world: World) -> MisfitKnobs:
    """The room's knobs in force."""
    return world.knobs_of(ROOM, MisfitKnobs).now


def account_of(person: Person) -> str:
    """The `userId`: 24 hexadecimal digits."""
    return hex_id(ROOM, person.email, 24)


def shown_token(request: Request) -> str:
    """The token, in any of the three places where it is understood."""
    return (
        bearer(request)
        or request.headers.get("access_token", "")
        or request.args.get("access_token", "")
    )


def answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    """Check token, rate limit and user, then answer."""
    knobs = knobs_of(world)
    held = holder(world, DIALECT, shown_token(request))
    person = world.people.get(held.email) if held else None
    if person is None:
        return error(401, knobs)
    wait = world.rate_limit.spend(
        f"{ROOM} {person.email}", calls=knobs.calls_per_hour, seconds=HOUR
    )
    if wait is not None:
        return too_many(knobs, wait)
    if args["user"] not in ("me", account_of(person)):
        return error(403, knobs)
    if endpoint == "summary":
        return summary(world, request, person, knobs)
    body = profile(person, knobs) if endpoint == "profile" else device(world, person, knobs)
    return json_response(body)


def profile(person: Person, knobs: MisfitKnobs) -> dict[str, Any]:
    """GET profile; `name` may be absent although it is documented as mandatory."""
    body: dict[str, Any] = {
        "userId": account_of(person),
        "email": person.email,
        "birthday": "1990-01-01",
        "gender": "female",
    }
    if knobs.profile_name:
        body["name"] = person.name
    if knobs.sprinkle:
        body["avatarStyle"] = "not-yet-documented"
    return body


def device(world: World, person: Person, knobs: MisfitKnobs) -> dict[str, Any]:
    """GET device: one object; without `id` for a person who has none."""
    if knobs.device == "none" or not person.devices:
        return {}
    tracker = person.devices[0]
    body: dict[str, Any] = {
        "id": hex_id(ROOM, f"device:{person.email}:{tracker.id}", 24),
        "deviceType": "shine2",
        "serialNumber": "SV0EXAMPLE1",
        "firmwareVersion": "SV0.1.9r",
        "batteryLevel": tracker.battery_level,
    }
    if knobs.device == "synced":
        body["lastSyncTime"] = int(last_sync(tracker, person, world.clock.timestamp()))
    return body
