"""What Polar posts: signed hints, and the ping of a webhook that is being made."""

import hmac
from datetime import date
from hashlib import sha256
from typing import Any, Literal

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import json_answer, person_of, read_as
from sandbox.deliveries import Delivery, deliver
from sandbox.oauth_stand_in.accounts import number_id
from sandbox.polar.api import knobs_of
from sandbox.polar.dialect import ROOM
from sandbox.world import World


class Post(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to send where; one message per day, each `times` times. `forged`: wrongly signed."""

    url: str
    email: str = ""
    event: Literal["ACTIVITY_SUMMARY", "SLEEP", "PING"] = "ACTIVITY_SUMMARY"
    days: list[date] = []
    times: int = 1
    forged: bool = False


def post(world: World, request: Request) -> Response:
    """POST: send the messages; `{"statuses": [...]}` are the answers, 0 for none."""
    wanted = read_as(request, Post)
    messages = [{"event": "PING"}] if wanted.event == "PING" else _events(world, wanted)
    statuses = [
        deliver(_delivery(world, wanted, message))
        for message in messages
        for _ in range(wanted.times)
    ]
    return json_answer({"statuses": statuses})


def _events(world: World, wanted: Post) -> list[dict[str, Any]]:
    account = number_id(ROOM, person_of(world, wanted.email).email)
    return [
        {"event": wanted.event, "user_id": account, "date": day.isoformat()} for day in wanted.days
    ]


def _delivery(world: World, wanted: Post, message: dict[str, Any]) -> Delivery:
    knobs = knobs_of(world)
    stamped = message | {"timestamp": world.clock.now().isoformat(timespec="seconds")}
    body = msgspec.json.encode(stamped)
    secret = "nobody-knows" if wanted.forged else knobs.webhook_secret
    headers = {"Content-Type": "application/json"}
    if wanted.event != "PING" or knobs.signs_pings:
        headers[knobs.signature_header] = hmac.new(secret.encode(), body, sha256).hexdigest()
    return Delivery(url=wanted.url, body=body, headers=headers)
