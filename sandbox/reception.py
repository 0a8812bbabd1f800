"""The front desk of a provider's room: finds the endpoint, lets faults happen, keeps the log."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from sandbox.faults import SPOILING, Call, Fault
from sandbox.spoil import NoAnswer, broken, hang_up, spoilt, wait
from sandbox.world import World

Args = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reception:
    """What a room tells its front desk.

    `routes` give the names of endpoints, `groups` the group of those that are not in `api`.
    `caller` tells whose account a request of an endpoint is about, `answer` answers it, and
    `failed` says a scripted failure in the provider's words; `nowhere` is the 404.
    """

    room: str
    routes: Map
    caller: Callable[[World, Request, str], str | None]
    answer: Callable[[World, Request, str, Args], Response]
    failed: Callable[[World, Fault, str], Response]
    nowhere: Callable[[], Response]
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def targets(self) -> frozenset[str]:
        """Every word that a fault may name."""
        endpoints = {str(rule.endpoint) for rule in self.routes.iter_rules()}
        return frozenset(endpoints | {self._group(one) for one in endpoints})

    def handle(self, world: World, request: Request) -> Response:
        """Answer one request, fail it when a fault says so, and write it down."""
        began = time.perf_counter()
        try:
            endpoint, args = self.routes.bind_to_environ(request.environ).match()
        except HTTPException:
            return self.nowhere()
        email = self.caller(world, request, endpoint)
        call = Call(room=self.room, endpoint=endpoint, group=self._group(endpoint), email=email)
        fault = world.faults.take(call)
        line = _line(world, request, call, fault)
        try:
            response = self._answer_or_fail(world, request, call, args, fault)
            line["status"] = response.status_code
        except NoAnswer:
            response = _dropped(request)
        line["milliseconds"] = round((time.perf_counter() - began) * 1000, 2)
        world.traffic.note(line)
        return response

    def _group(self, endpoint: str) -> str:
        return self.groups.get(endpoint, "api")

    def _answer_or_fail(
        self, world: World, request: Request, call: Call, args: Args, fault: Fault | None
    ) -> Response:
        """The answer; the failure instead of it; or, after it was carried out, the failure."""
        if fault is not None and fault.kind == "latency":
            wait(fault)
        if fault is None or fault.kind == "latency":
            return self.answer(world, request, call.endpoint, args)
        if not fault.after:
            return self._fail(world, fault, call)
        response = self.answer(world, request, call.endpoint, args)
        if fault.kind in SPOILING:
            return spoilt(fault, response, request.environ)
        return self._fail(world, fault, call)

    def _fail(self, world: World, fault: Fault, call: Call) -> Response:
        return broken(fault) or self.failed(world, fault, call.group)


def _line(world: World, request: Request, call: Call, fault: Fault | None) -> dict[str, Any]:
    return {
        "at": world.clock.now().isoformat(),
        "room": call.room,
        "method": request.method,
        "path": request.path,
        "endpoint": call.endpoint,
        "grant_type": request.form.get("grant_type") if call.endpoint == "token" else None,
        "status": 0,
        "email": call.email,
        "fault": fault.kind if fault else None,
    }


def _dropped(request: Request) -> Response:
    """Close the connection under the server; what is returned never reaches the caller."""
    hang_up(request.environ, reset=True)
    return Response(b"", status=502, headers={"Connection": "close"})
