"""Scripted failures in rooms whose provider says little more than a status."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from werkzeug.wrappers import Response

from sandbox.consent_page import error_page
from sandbox.faults import Fault
from sandbox.oauth_stand_in.dialect import Dialect, Refusal, json_response
from sandbox.world import World

WAIT_SECONDS = 29
STATUSES = {"403_scope": 403, "403_service_disabled": 403, "invalid_client": 401}


def failed(
    dialect: Dialect, *, body: Callable[[int, str], Any], statuses: Mapping[str, int] | None = None
) -> Callable[[World, Fault, str], Response]:
    """How a room fails: `body` makes an error's JSON out of its status and kind.

    `statuses` are the room's own for some kinds.
    """
    known = STATUSES | dict(statuses or {})

    def fail(world: World, fault: Fault, group: str) -> Response:
        if group == "authorize":
            return error_page("temporarily_unavailable", f"Scripted failure: {fault.kind}")
        if group == "oauth" and fault.kind in ("invalid_client", "invalid_grant"):
            status = 401 if fault.kind == "invalid_client" else 400
            return dialect.refusal(Refusal(fault.kind, "scripted", status=status))
        status = known.get(fault.kind) or int(fault.kind)
        response = json_response(body(status, fault.kind), status=status)
        response.headers.update(_retry_after(world, fault))
        return response

    return fail


def _retry_after(world: World, fault: Fault) -> dict[str, str]:
    if fault.retry_after == "http-date":
        at = world.clock.now() + timedelta(seconds=WAIT_SECONDS)
        return {"Retry-After": format_datetime(at, usegmt=True)}
    return {"Retry-After": fault.retry_after} if fault.retry_after else {}
