"""The old Fitbit Web API as a room of the sandbox: 410 on every path, OAuth included."""

from typing import Literal

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.world import World

SEGMENT = "fitbit"
ENDED = {
    "errors": [{"errorType": "gone", "message": "The Fitbit Web API has been turned off."}],
    "success": False,
}
PAGE = "<!DOCTYPE html>\n<title>410 Gone</title>\n<p>The Fitbit Web API has been turned off.\n"


class LegacyKnobs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the 410; nobody has written down the real one."""

    body: Literal["empty", "json", "html"] = "empty"


KNOBS = LegacyKnobs


def handle(world: World, request: Request) -> Response:
    """Say that it is over, and write the request down."""
    world.traffic.note(
        {
            "at": world.clock.now().isoformat(),
            "room": SEGMENT,
            "method": request.method,
            "path": request.path,
            "endpoint": "gone",
            "grant_type": None,
            "status": 410,
            "email": None,
            "fault": None,
            "milliseconds": 0,
        }
    )
    body = world.knobs_of(SEGMENT, LegacyKnobs).now.body
    if body == "json":
        return Response(msgspec.json.encode(ENDED), status=410, content_type="application/json")
    return Response(PAGE if body == "html" else b"", status=410, mimetype="text/html")
