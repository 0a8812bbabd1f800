"""The control API's addresses."""

from collections.abc import Callable

import msgspec
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.control import access, board, people, steps
from sandbox.control.bodies import ControlError, json_answer
from sandbox.world import World

PERSON = "/control/people/<email>"
Handler = Callable[..., Response]


def _rule(path: str, methods: str, handler: Handler) -> Rule:
    return Rule(path, endpoint=handler, methods=methods.split())


ROUTES = Map(
    [
        _rule("/control/people", "GET POST", people.collection),
        _rule(PERSON, "GET PUT PATCH DELETE", people.single),
        _rule(f"{PERSON}/truth", "GET", people.truth),
        _rule(f"{PERSON}/steps", "POST DELETE", steps.steps),
        _rule(f"{PERSON}/late", "POST", steps.late),
        _rule(f"{PERSON}/consent", "POST", access.consent),
        _rule(f"{PERSON}/revoke", "POST", access.revoke),
        _rule(f"{PERSON}/expire-tokens", "POST", access.expire_tokens),
        _rule("/control/clients", "GET POST", access.clients),
        _rule("/control/faults", "GET PUT POST DELETE", board.faults),
        _rule("/control/faults/<int:fault_id>", "DELETE", board.fault),
        _rule("/control/knobs", "GET PUT DELETE", board.knobs),
        _rule("/control/log", "GET DELETE", board.log),
        _rule("/control/counters", "GET DELETE", board.counters),
        _rule("/control/clock", "GET", board.clock),
        _rule("/control/reset", "POST", board.reset),
        _rule("/control/rooms", "GET", board.rooms),
        _rule("/control/rooms/<name>/<control>", "GET POST PUT DELETE", board.room_control),
    ],
    merge_slashes=False,
)


def handle(world: World, request: Request) -> Response:
    """Answer one control request; anything wrong with it is a 4xx with a sentence."""
    try:
        handler, args = ROUTES.bind_to_environ(request.environ).match()
        response: Response = handler(world, request, **args)
    except ControlError as error:
        return json_answer({"error": str(error)}, status=error.status)
    except HTTPException as error:
        return json_answer({"error": error.name}, status=error.code or 400)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        return json_answer({"error": str(error)}, status=400)
    return response
