"""AccessLink v3: registering, leaving, and the days."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.grants import Token
from sandbox.oauth_stand_in.accounts import number_id
from sandbox.oauth_stand_in.dialect import json_response
from sandbox.oauth_stand_in.issuing import bearer, holder
from sandbox.people import Person
from sandbox.polar.dialect import DIALECT, ROOM, PolarKnobs
from sandbox.world import World
from sandbox.zones import civil, day_bounds, local_date, offset_at

LONGEST_RANGE_DAYS = 28
OLDEST_DAYS = 365


def knobs_of(world: World) -> PolarKnobs:
    """The room's knobs in force."""
    return world.knobs_of(ROOM, PolarKnobs).now


def error(status: int, text: str = "") -> Response:
    """An error; what Polar's say is not documented."""
    return json_response({"error": {"code": status, "message": text}}, status=status)


def answer(world: World, request: Request, endpoint: str, args: Mapping[str, Any]) -> Response:
    """One call of the API with a person's token."""
    held = holder(world, DIALECT, bearer(request))
    person = world.people.get(held.email) if held else None
    if held is None or person is None:
        return error(401, "invalid token")
    if endpoint == "register":
        return _register(world, request, person)
    if endpoint == "user":
        return _leave(world, held, person, args["user_id"])
    if number_id(ROOM, person.email) not in registered(world):
        return error(403, "the user is not registered")
    if endpoint == "day":
        return _day(world, person, args["day"])
    return _range(world, request, person)


def registered(world: World) -> set[int]:
    """The accounts that are registered with the application."""
    text = world.store.document("polar users")
    return set(msgspec.json.decode(text, type=list[int])) if text else set()


def _keep(world: World, accounts: set[int]) -> None:
    world.store.save_document("polar users", msgspec.json.encode(sorted(accounts)).decode())


def _register(world: World, request: Request, person: Person) -> Response:
    account, known = number_id(ROOM, person.email), registered(world)
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("member-id"), str):
        return error(400, "member-id is missing")
    if account in known:
        return error(409, "registered already")
    _keep(world, known | {account})
    return json_response({"polar-user-id": account, "member-id": body["member-id"]})


def _leave(world: World, held: Token, person: Person, user_id: int) -> Response:
    account = number_id(ROOM, person.email)
    if user_id != account or account not in registered(world):
        return error(404)
    _keep(world, registered(world) - {account})
    world.grants_of(ROOM).end_grant(held.grant_id)
    return Response(status=204)


def _day(world: World, person: Person, day: date) -> Response:
    row = _row(world, person, day, samples=False)
    return Response(status=204) if row is None else json_response(row)


def _range(world: World, request: Request, person: Person) -> Response:
    today = local_date(person.timezone, world.clock.timestamp())
    try:
        last = _asked(request, "to") or today
        first = _asked(request, "from") or last - timedelta(days=LONGEST_RANGE_DAYS - 1)
    except ValueError:
        return error(400, "not a date")
    too_long = (last - first).days >= LONGEST_RANGE_DAYS
    if too_long or (today - first).days > OLDEST_DAYS or last < first:
        return error(400, "invalid or too old date")
    samples = "steps" in request.args and knobs_of(world).names_days
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    rows = [_row(world, person, day, samples=samples) for day in days]
    found = [row for row in rows if row is not None]
    if not found and knobs_of(world).no_data == "204":
        return Response(status=204)
    return json_response(found)


def _asked(request: Request, name: str) -> date | None:
    text = request.args.get(name)
    return date.fromisoformat(text) if text else None


def _row(world: World, person: Person, day: date, *, samples: bool) -> dict[str, Any] | None:
    now, knobs = world.clock.timestamp(), knobs_of(world)
    steps = world.ledger.total(person, day, "all-sources", now)
    if steps is None:
        return None
    zone = person.zone_of(day)
    start, end = day_bounds(zone, day)
    offset = offset_at(zone, start) if knobs.clock == "local" else 0
    row = {
        "start_time": _written(civil(start, offset)),
        "end_time": _written(civil(end - 1, offset)),
        "steps": steps,
        "calories": 1800,
    }
    named = {"date": day.isoformat(), "steps": {"interval_ms": 60000, "total_steps": steps}}
    new = {"something_new": [1]} if knobs.sprinkle and day.day % 2 else {}
    return row | new | ({"samples": named} if samples else {})


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
