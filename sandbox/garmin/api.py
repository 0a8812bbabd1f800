"""apis.garmin.com: the person, what they share, history on demand, the pull of a ping."""

from collections.abc import Mapping
from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.garmin.dialect import DIALECT, HEALTH, HISTORY, ROOM, GarminKnobs
from sandbox.garmin.summaries import account_of, dailies, named_by
from sandbox.grants import Token
from sandbox.oauth_stand_in.dialect import json_response
from sandbox.oauth_stand_in.issuing import bearer, holder
from sandbox.world import World

DAY = 86400
LONGEST_RANGE_DAYS = 30


def knobs_of(world: World) -> GarminKnobs:
    """The room's knobs in force."""
    return world.knobs_of(ROOM, GarminKnobs).now


def error(status: int, text: str = "") -> Response:
    """An error as Garmin words it."""
    return json_response({"errorMessage": text or f"status {status}"}, status=status)


def answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    """One call of the API with a person's token."""
    held = holder(world, DIALECT, bearer(request))
    if held is None:
        return error(401, "invalid token")
    root = knobs_of(world).user_root
    if root not in ("both", args.get("root", root)):
        return error(404)
    return ANSWERS[endpoint](world, request, held)


def _user_id(world: World, request: Request, held: Token) -> Response:
    del request
    person = world.people.get(held.email)
    return json_response({"userId": account_of(person)}) if person else error(404)


def _permissions(world: World, request: Request, held: Token) -> Response:
    del request
    allowed = sorted(held.scopes)
    as_list = knobs_of(world).permissions_shape == "list"
    return json_response(allowed if as_list else {"permissions": allowed})


def _registration(world: World, request: Request, held: Token) -> Response:
    del request
    world.grants_of(ROOM).end_grant(held.grant_id)
    return Response(status=204)


def _pull(world: World, request: Request, held: Token) -> Response:
    """The dailies that a ping's address names; only with its token, as polling is not allowed."""
    if HEALTH not in held.scopes:
        return error(412, "the user has switched this type off")
    try:
        email, days = named_by(request.args.get("token", ""))
    except (ValueError, TypeError, msgspec.MsgspecError):
        return error(400, "token is missing or broken")
    person = world.people.get(email)
    if person is None or email != held.email:
        return error(403)
    rows = dailies(world, person, days, sprinkle=knobs_of(world).sprinkle)
    return json_response(rows if knobs_of(world).pull_shape == "list" else {"dailies": rows})


def _backfill(world: World, request: Request, held: Token) -> Response:
    """202 and nothing; what was asked for is written down, and refused the second time."""
    if HISTORY not in held.scopes:
        return error(403, "historical data is not shared")
    start = request.args.get("summaryStartTimeInSeconds", 0, type=int)
    end = request.args.get("summaryEndTimeInSeconds", 0, type=int)
    if not start < end <= start + LONGEST_RANGE_DAYS * DAY:
        return error(400, "the range is too long")
    if start < world.clock.timestamp() - knobs_of(world).history_days * DAY:
        return error(400, "start time is before the min start time of this user")
    asked = asked_for(world)
    if [held.email, start, end] in asked:
        return error(409, "asked before")
    text = msgspec.json.encode([*asked, [held.email, start, end]]).decode()
    world.store.save_document("garmin backfills", text)
    return Response(status=202)


def asked_for(world: World) -> list[list[Any]]:
    """Every backfill asked for: address, start and end in Unix seconds."""
    text = world.store.document("garmin backfills")
    found: list[list[Any]] = msgspec.json.decode(text) if text else []
    return found


ANSWERS = {
    "user_id": _user_id,
    "permissions": _permissions,
    "registration": _registration,
    "dailies": _pull,
    "backfill": _backfill,
}
