"""/control: faults, knobs, the request log, counters and reset."""

from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import ControlError, json_answer, read_as, read_limit, read_object
from sandbox.faults import Armed, Fault
from sandbox.world import World


def faults(world: World, request: Request) -> Response:
    """GET lists, PUT or POST arms one more, DELETE clears all."""
    if request.method == "GET":
        return json_answer({"faults": [_shown(one) for one in world.faults.all()]})
    if request.method == "DELETE":
        return json_answer({"cleared": world.faults.clear()})
    armed = world.faults.arm(read_as(request, Fault))
    return json_answer(_shown(armed), status=201)


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
    """GET shows, PUT sets the named ones, DELETE restores the defaults."""
    if request.method == "PUT":
        return json_answer(world.knobs.turn(read_object(request)))
    if request.method == "DELETE":
        return json_answer(world.knobs.restore())
    return json_answer(world.knobs.now)


def log(world: World, request: Request) -> Response:
    """GET the latest provider requests, newest first; DELETE forgets log and counters."""
    if request.method == "DELETE":
        world.traffic.clear()
        return Response(status=204)
    limit = read_limit(request.args.get("limit"), 100)
    return json_answer({"requests": world.traffic.log(limit)})


def counters(world: World, request: Request) -> Response:
    """GET the number of provider requests; DELETE starts over (with the log)."""
    if request.method == "DELETE":
        world.traffic.clear()
        return Response(status=204)
    return json_answer(world.traffic.counters())


def reset(world: World, request: Request) -> Response:
    """POST: an empty sandbox."""
    del request
    world.reset()
    return json_answer({"status": "ok"})


def clock(world: World, request: Request) -> Response:
    """GET what time it is in the sandbox."""
    del request
    return json_answer({"now": msgspec.to_builtins(world.clock.now())})
