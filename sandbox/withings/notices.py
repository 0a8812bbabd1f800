"""Control: what Withings posts to those who subscribed."""

from datetime import UTC, date, datetime, time
from typing import Literal
from urllib.parse import urlencode

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import json_answer, person_of, read_as
from sandbox.deliveries import Delivery, deliver
from sandbox.oauth_stand_in.accounts import number_id
from sandbox.people import Person
from sandbox.withings.dialect import ROOM
from sandbox.withings.notify import Subscription, subscriptions
from sandbox.withings.routes import knobs_of
from sandbox.world import World

RETRIES = 2


class NoticeBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A notice about a person's days; `days` may be none for an event of the account.

    `forged`: posted to an address that was never subscribed, just beside the right one.
    """

    email: str
    appli: int = 16
    days: list[date] = []
    style: Literal["date", "instants"] = "date"
    action: str | None = None
    forged: bool = False
    times: int = 1
    redeliver: bool = True


def notify(world: World, request: Request) -> Response:
    """POST: tell everybody who subscribed; the statuses of the answers, 0 for none."""
    body = read_as(request, NoticeBody)
    person = person_of(world, body.email)
    told = [each for each in _living(world, person) if each.appli == body.appli]
    statuses = [
        deliver(_delivery(world, each, body, form))
        for each in told
        for form in _forms(person, body)
        for _ in range(body.times)
    ]
    return json_answer({"statuses": statuses})


def subscribed(world: World, request: Request) -> Response:
    """GET every subscription."""
    del request
    return json_answer({"subscriptions": subscriptions(world)})


def _living(world: World, person: Person) -> list[Subscription]:
    """A grant that has ended takes its subscriptions along."""
    if not world.grants_of(ROOM).summary(person.email, world.clock.timestamp()):
        return []
    return [each for each in subscriptions(world) if each.email == person.email]


def _forms(person: Person, body: NoticeBody) -> list[dict[str, str]]:
    """One form per day, or one for all of them as instants."""
    fixed = {"userid": str(number_id(ROOM, person.email)), "appli": str(body.appli)}
    if body.action is not None:
        fixed["action"] = body.action
    if body.style == "date" and body.days:
        return [fixed | {"date": day.isoformat()} for day in body.days]
    if not body.days:
        return [fixed]
    start, end = min(body.days), max(body.days)
    ends = {"startdate": _instant(start), "enddate": _instant(end)}
    return [fixed | ends]


def _instant(day: date) -> str:
    return str(int(datetime.combine(day, time(12), tzinfo=UTC).timestamp()))


def _delivery(world: World, to: Subscription, body: NoticeBody, form: dict[str, str]) -> Delivery:
    pause = knobs_of(world).redeliver_after_seconds
    return Delivery(
        url=f"{to.url[:-1]}{'0' if to.url[-1] != '0' else '1'}" if body.forged else to.url,
        body=urlencode(form).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        seconds=2.0,
        pauses=(pause,) * RETRIES if body.redeliver else (),
    )
