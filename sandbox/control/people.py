"""/control/people: make, change, list and remove people; what their days truly hold.

Answers show what a person has granted in Google's room, or in the one that `?room=` names.
"""

from datetime import timedelta
from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import (
    ControlError,
    json_answer,
    person_of,
    read_date,
    read_object,
    room_asked_for,
)
from sandbox.google_health.shapes import instant
from sandbox.grants import forget_grants
from sandbox.people import Person, drawn_up, last_sync
from sandbox.points import FAMILIES
from sandbox.world import World
from sandbox.zones import local_date


def collection(world: World, request: Request) -> Response:
    """GET lists everybody; POST makes one person, or many with {"people": [...]}."""
    room = room_asked_for(request).segment
    if request.method == "GET":
        return json_answer({"people": [_shown(world, one, room) for one in world.people.all()]})
    body = read_object(request)
    many = body.get("people")
    if many is None:
        return json_answer(_shown(world, _make(world, [body])[0], room), status=201)
    if not isinstance(many, list) or not all(isinstance(one, dict) for one in many):
        raise ControlError("people must be a list of objects")
    made = _make(world, many)
    return json_answer({"people": [_shown(world, one, room) for one in made]}, status=201)


def _make(world: World, docs: list[dict[str, Any]]) -> list[Person]:
    """All of them or none."""
    drawn = [drawn_up(doc, world.clock.now()) for doc in docs]
    for person in drawn:
        if world.people.get(person.email):
            raise ControlError(f"{person.email} exists already; use PUT to replace", status=409)
    with world.store.transaction():
        for person in drawn:
            world.people.save(person)
    return drawn


def single(world: World, request: Request, *, email: str) -> Response:
    """GET, PUT (make or replace), PATCH (merge) or DELETE one person."""
    room = room_asked_for(request).segment
    if request.method == "PUT":
        return _put(world, request, email, room)
    person = person_of(world, email)
    if request.method == "PATCH":
        changed = _patched(world, person, read_object(request))
        world.people.save(changed)
        return json_answer(_shown(world, changed, room))
    if request.method == "DELETE":
        _remove(world, person)
        return Response(status=204)
    return json_answer(_shown(world, person, room))


def _put(world: World, request: Request, email: str, room: str) -> Response:
    person = drawn_up({**read_object(request), "email": email}, world.clock.now())
    status = 200 if world.people.get(email) else 201
    world.people.save(person)
    return json_answer(_shown(world, person, room), status=status)


def _patched(world: World, person: Person, patch: dict[str, Any]) -> Person:
    """RFC 7396 merge. A new zone is a move from now on: days already lived keep theirs."""
    now = world.clock.now()
    doc: dict[str, Any] = msgspec.to_builtins(person)
    zone = patch.pop("timezone", None)
    doc = _merged(doc, patch)
    doc["email"] = person.email
    if zone is not None and zone != person.zone_at(now.timestamp()):
        moves = doc.get("moves") or []
        doc["moves"] = [*moves, {"at": now.isoformat(), "timezone": zone}]
    return drawn_up(doc, now)


def _merged(doc: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(doc) if isinstance(doc, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged


def _remove(world: World, person: Person) -> None:
    with world.store.transaction():
        world.ledger.records.drop_person(person.email)
        forget_grants(world.store, person.email)
        world.people.remove(person.email)
    world.ledger.forget(person.email)


def _shown(world: World, person: Person, room: str) -> dict[str, Any]:
    now = world.clock.timestamp()
    shown: dict[str, Any] = msgspec.to_builtins(person)
    trackers = [one for one in person.devices if one.device_type != "SCALE"]
    shown["now"] = {
        "timezone": person.zone_at(now),
        "last_sync": instant(last_sync(trackers[0], person, now)) if trackers else None,
        "grants": world.grants_of(room).summary(person.email, now),
    }
    return shown


def truth(world: World, request: Request, *, email: str) -> Response:
    """GET the day totals dailyRollUp would give; `from` and `to` are both included."""
    person = person_of(world, email)
    now = world.clock.timestamp()
    today = local_date(person.zone_at(now), now)
    first = read_date(request.args.get("from"), "from", today - timedelta(days=29))
    last = read_date(request.args.get("to"), "to", today)
    family = request.args.get("family", "all-sources")
    if family not in FAMILIES:
        raise ControlError(f"unknown family; known: {', '.join(FAMILIES)}")
    if (last - first).days > 3660:
        raise ControlError("at most ten years at once")
    days: dict[str, int] = {}
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        total = world.ledger.total(person, day, family, now)
        if total is not None:
            days[day.isoformat()] = total
    return json_answer({"days": days})
