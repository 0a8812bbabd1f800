"""/control: faults, knobs, the request log, counters and reset."""

from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import (
    ControlError,
    json_answer,
    read_as,
    read_limit,
    read_object,
    room_asked_for,
    room_of,
)
from sandbox.faults import Armed, Fault
from sandbox.knobs import KnobBoard
from sandbox.rooms import Room, find_rooms
from sandbox.world import World


def faults(world: World, request: Request) -> Response:
    """GET lists, PUT or POST arms one more, DELETE clears all."""
    if request.method == "GET":
        return json_answer({"faults": [_shown(one) for one in world.faults.all()]})
    if request.method == "DELETE":
        return json_answer({"cleared": world.faults.clear()})
    wanted = read_as(request, Fault)
    targets = room_of(wanted.room).targets
    if wanted.target not in {"*", *targets}:
        raise ControlError(f"unknown target; known: {', '.join(sorted(targets))}")
    return json_answer(_shown(world.faults.arm(wanted)), status=201)


def fault(world: World, request: Request, *, fault_id: int) -> Response:
    """DELETE one fault."""
    del request
    if not world.faults.clear(fault_id):
        raise ControlError(f"there is no fault {fault_id}", status=404)
    return Response(status=204)


def _shown(armed: Armed) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(armed.fault)
    return {"id": armed.id, **fields, "remaining": armed.remaining}


def knobs(world: World, request: Request) -> Response:
    """GET shows, PUT sets the named ones, DELETE restores the defaults.

    Without `?room=` they are the whole sandbox's and Google's, else the room's own.
    """
    board = _board(world, request.args.get("room"))
    if request.method == "PUT":
        return json_answer(board.turn(read_object(request)))
    if request.method == "DELETE":
        return json_answer(board.restore())
    return json_answer(board.now)


def _board(world: World, name: str | None) -> KnobBoard[Any]:
    if name in (None, "google"):
        return world.knobs
    kind = room_of(name).knobs
    if kind is None:
        raise ControlError(f"room {name!r} has no knobs of its own")
    return world.knobs_of(name, kind)


def log(world: World, request: Request) -> Response:
    """GET the latest requests of a room, newest first; DELETE forgets log and counters."""
    if request.method == "DELETE":
        world.traffic.clear()
        return Response(status=204)
    limit = read_limit(request.args.get("limit"), 100)
    return json_answer({"requests": world.traffic.log(room_asked_for(request).segment, limit)})


def counters(world: World, request: Request) -> Response:
    """GET the number of requests of a room; DELETE starts over (with the log)."""
    if request.method == "DELETE":
        world.traffic.clear()
        return Response(status=204)
    return json_answer(world.traffic.counters(room_asked_for(request).segment))


def reset(world: World, request: Request) -> Response:
    """POST: an empty sandbox."""
    del request
    world.reset()
    return json_answer({"status": "ok"})


def clock(world: World, request: Request) -> Response:
    """GET what time it is in the sandbox."""
    del request
    return json_answer({"now": msgspec.to_builtins(world.clock.now())})


def rooms(world: World, request: Request) -> Response:
    """GET every room, with what faults and the control API may name in it."""
    del world, request
    return json_answer({"rooms": [_room_shown(room) for room in find_rooms().values()]})


def _room_shown(room: Room) -> dict[str, Any]:
    return {
        "room": room.segment,
        "targets": sorted(room.targets),
        "scopes": sorted(room.login.known) if room.login else [],
        "controls": sorted(room.controls),
    }


def room_control(world: World, request: Request, *, name: str, control: str) -> Response:
    """A control endpoint that a room brings along."""
    handler = room_of(name).controls.get(control)
    if handler is None:
        raise ControlError(f"room {name!r} has no control {control!r}", status=404)
    return handler(world, request)
