"""What Oura posts: signed hints that name an object and no day."""

import hmac
from datetime import date
from hashlib import sha256

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import json_answer, person_of, read_as
from sandbox.deliveries import Delivery, deliver
from sandbox.oauth_stand_in.accounts import hex_id
from sandbox.oura.api import account_of
from sandbox.oura.dialect import ROOM
from sandbox.oura.subscriptions import kept
from sandbox.people import Person
from sandbox.world import World


class Post(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to send where; one message per day, each `times` times.

    `forged`: wrongly signed. `age_seconds`: how long ago it was signed.
    """

    email: str
    url: str
    data_type: str = "daily_activity"
    event_type: str = "update"
    days: list[date] = []
    times: int = 1
    forged: bool = False
    age_seconds: int = 0


def post(world: World, request: Request) -> Response:
    """POST: send the messages; `{"statuses": [...]}` are the answers, 0 for none."""
    wanted = read_as(request, Post)
    person = person_of(world, wanted.email)
    deliveries = [_delivery(world, wanted, person, day) for day in wanted.days]
    statuses = [deliver(one) for one in deliveries for _ in range(wanted.times)]
    return json_answer({"statuses": statuses})


def _delivery(world: World, wanted: Post, person: Person, day: date) -> Delivery:
    body = msgspec.json.encode(
        {
            "event_type": wanted.event_type,
            "data_type": wanted.data_type,
            "object_id": hex_id(ROOM, f"{person.email}:{day}", 32),
            "event_time": world.clock.now().isoformat(),
            "user_id": account_of(person),
        }
    )
    stamp = str(int(world.clock.timestamp()) - wanted.age_seconds)
    secret = "nobody-knows" if wanted.forged else world.clients_of(ROOM).built_in.secret
    signature = hmac.new(secret.encode(), stamp.encode() + body, sha256).hexdigest().upper()
    headers = {
        "Content-Type": "application/json",
        "x-oura-timestamp": stamp,
        "x-oura-signature": signature,
    }
    return Delivery(url=wanted.url, body=body, headers=headers, seconds=10)


def subscriptions(world: World, request: Request) -> Response:
    """GET every subscription."""
    del request
    return json_answer({"subscriptions": list(kept(world).values())})
