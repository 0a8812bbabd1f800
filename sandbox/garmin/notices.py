"""What Garmin posts: pushes, pings, changes of permissions, farewells. Nothing is signed."""

from datetime import date
from typing import Any, Literal

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import json_answer, person_of, read_as
from sandbox.deliveries import Delivery, deliver
from sandbox.garmin.api import asked_for, knobs_of
from sandbox.garmin.dialect import ROOM
from sandbox.garmin.summaries import account_of, dailies, token_for
from sandbox.people import Person
from sandbox.world import World


class Post(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to send where. `times`: the same message as often; `client_id`: what the header says.

    `permissions` is what the person shares from now on, for that kind of message. `unreadable`:
    days of a push whose count is no number.
    """

    email: str
    url: str
    kind: Literal["push", "ping", "permissions", "deregistration"] = "push"
    days: list[date] = []
    permissions: list[str] = []
    unreadable: list[date] = []
    times: int = 1
    client_id: str | None = None


def post(world: World, request: Request) -> Response:
    """POST: send one message; `{"statuses": [...]}` are the answers, 0 for none."""
    wanted = read_as(request, Post)
    person = person_of(world, wanted.email)
    sent = world.clients_of(ROOM).built_in.client_id
    delivery = Delivery(
        url=wanted.url,
        body=msgspec.json.encode(_message(world, person, wanted, request.host_url)),
        headers={
            "Content-Type": "application/json",
            "garmin-client-id": sent if wanted.client_id is None else wanted.client_id,
        },
    )
    return json_answer({"statuses": [deliver(delivery) for _ in range(wanted.times)]})


def _message(world: World, person: Person, wanted: Post, host: str) -> dict[str, Any]:
    account = account_of(person)
    if wanted.kind == "deregistration":
        world.grants_of(ROOM).end_grants_of(person.email)
        return {"deregistrations": [{"userId": account}]}
    if wanted.kind == "permissions":
        change = {"permissions": wanted.permissions, "changeTimeInSeconds": _now(world)}
        return {"userPermissionsChange": [{"userId": account, "summaryId": "x-perm-1"} | change]}
    if wanted.kind == "ping":
        end = _now(world)
        query = f"uploadStartTimeInSeconds={end - 86400}&uploadEndTimeInSeconds={end}"
        token = token_for(person, wanted.days)
        address = f"{host}garmin/wellness-api/rest/dailies?{query}&token={token}"
        return {"dailies": [{"userId": account, "callbackURL": address}]}
    rows = dailies(world, person, wanted.days, sprinkle=knobs_of(world).sprinkle)
    broken = {day.isoformat() for day in wanted.unreadable}
    return {
        "dailies": [
            row | ({"steps": "n/a"} if row["calendarDate"] in broken else {}) for row in rows
        ]
    }


def _now(world: World) -> int:
    return int(world.clock.timestamp())


def backfills(world: World, request: Request) -> Response:
    """GET what history was asked for."""
    del request
    return json_answer({"backfills": asked_for(world)})
