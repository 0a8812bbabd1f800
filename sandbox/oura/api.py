"""api.ouraring.com: who the member is, the days page by page, and the end of a grant."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from sandbox.grants import Token
from sandbox.oauth_stand_in.accounts import hex_id
from sandbox.oauth_stand_in.dialect import json_response
from sandbox.oauth_stand_in.issuing import bearer, holder
from sandbox.oura.dialect import DAILY, DIALECT, PERSONAL, ROOM, OuraKnobs
from sandbox.people import Person
from sandbox.world import World

LONGEST_DAYS = 800


def knobs_of(world: World) -> OuraKnobs:
    """The room's knobs in force."""
    return world.knobs_of(ROOM, OuraKnobs).now


def account_of(person: Person) -> str:
    """The member's id, the same in webhooks."""
    return hex_id(ROOM, person.email, 24)


def error(status: int, text: str = "") -> Response:
    """An error as Oura words it."""
    return json_response({"status": status, "title": text, "detail": text}, status=status)


def answer(world: World, request: Request, endpoint: str) -> Response:
    """One call of the API with a member's token."""
    held = holder(world, DIALECT, bearer(request))
    person = world.people.get(held.email) if held else None
    if held is None or person is None:
        return error(401, "invalid token")
    if held.email in knobs_of(world).lapsed:
        return error(403, "the membership has expired")
    if endpoint == "personal_info":
        return _personal_info(world, held, person)
    if DAILY not in held.scopes:
        return error(403, "missing scope: daily")
    return _daily_activity(world, request, person)


def _personal_info(world: World, held: Token, person: Person) -> Response:
    """The id for everybody; the rest only with its scope."""
    known = PERSONAL in held.scopes
    if knobs_of(world).id_needs_personal and not known:
        return error(403, "missing scope: personal")
    age = 41 if known else None
    return json_response({"id": account_of(person), "age": age, "email": None})


def _daily_activity(world: World, request: Request, person: Person) -> Response:
    try:
        days = _asked_days(world, request)
        at = int(request.args.get("next_token", "0"))
    except ValueError:
        return error(400, "invalid query")
    rows = [row for day in days if (row := _row(world, person, day))]
    until = at + knobs_of(world).page_rows
    token = str(until) if until < len(rows) else None
    return json_response({"data": rows[at:until], "next_token": token})


def _asked_days(world: World, request: Request) -> list[date]:
    first = date.fromisoformat(request.args.get("start_date", ""))
    last = date.fromisoformat(request.args.get("end_date", ""))
    included = 1 if knobs_of(world).end_date == "inclusive" else 0
    number = (last - first).days + included
    if not 0 <= number <= LONGEST_DAYS:
        raise ValueError("the range is too long")
    return [first + timedelta(days=ahead) for ahead in range(number)]


def _row(world: World, person: Person, day: date) -> dict[str, Any] | None:
    steps = world.ledger.total(person, day, "all-sources", world.clock.timestamp())
    if steps is None:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(person.zone_of(day)))
    new = {"something_new": {"deep": 1}} if knobs_of(world).sprinkle and day.day % 2 else {}
    return {
        "id": hex_id(ROOM, f"{person.email}:{day}", 32),
        "day": day.isoformat(),
        "timestamp": midnight.isoformat(),
        "steps": steps,
        "score": 82,
    } | new


def revoke(world: World, request: Request) -> Response:
    """The grant of the access token in the query ends; a dead one is a 401."""
    held = holder(world, DIALECT, request.args.get("access_token", ""))
    if held is None:
        return error(401, "invalid token")
    world.grants_of(ROOM).end_grant(held.grant_id)
    return json_response({})
