"""/control/rooms/google/...: subscribers, notices, keys and the service account."""

from datetime import date
from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import ControlError, json_answer, person_of, read_as, read_object
from sandbox.google_health import service_accounts, tink_keys
from sandbox.google_health.errors import ApiError
from sandbox.google_health.mouth import mouth_of
from sandbox.google_health.mouth import post as send
from sandbox.google_health.notices import notice
from sandbox.google_health.notices import written as bodies
from sandbox.google_health.subscribers import kept, made, save, shown
from sandbox.google_health.webhook_knobs import WebhookKnobs, knobs_of
from sandbox.world import World


class _Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class SubscriberBody(_Strict):
    """A subscriber to make as Google's own would be, or with `state` one to change."""

    id: str = "stepwell-steps"
    url: str = ""
    secret: str = ""
    state: str = ""


class NoticeBody(_Strict):
    """A message to send now."""

    email: str
    dates: list[date] = []
    operation: str = "UPSERT"
    data_type: str = "steps"


class PostBody(_Strict):
    """What to send where, without a subscriber. `times`: so often. `forged`: wrongly signed."""

    email: str
    url: str
    secret: str
    days: list[date] = []
    times: int = 1
    forged: bool = False


class KeysetBody(_Strict):
    """A key to take out of use, or without one: a new key."""

    disable: int | None = None


def webhooks(world: World, request: Request) -> Response:
    """GET shows the webhooks' knobs, PUT sets the named ones, DELETE restores the defaults."""
    board = world.knobs_of("google webhooks", WebhookKnobs)
    if request.method == "PUT":
        return json_answer(board.turn(read_object(request)))
    if request.method == "DELETE":
        return json_answer(board.restore())
    return json_answer(board.now)


def subscribers(world: World, request: Request) -> Response:
    """GET lists, POST makes one (with the handshake), PUT sets a state, DELETE removes all."""
    if request.method == "POST":
        return json_answer(shown(_made(world, read_as(request, SubscriberBody))), status=201)
    if request.method == "PUT":
        _set_state(world, read_as(request, SubscriberBody))
    if request.method == "DELETE":
        save(world, {})
    return json_answer({"subscribers": [shown(one) for one in kept(world).values()]})


def _made(world: World, body: SubscriberBody) -> Any:
    wanted = {
        "endpointUri": body.url,
        "subscriberConfigs": [{"dataTypes": ["steps"], "subscriptionCreatePolicy": "AUTOMATIC"}],
        "endpointAuthorization": {"secret": body.secret},
    }
    try:
        subscriber = made(world, body.id, wanted)
    except ApiError as error:
        raise ControlError(error.message, status=error.code) from None
    mouth_of(world).begin_anew()
    return subscriber


def _set_state(world: World, body: SubscriberBody) -> None:
    known = kept(world)
    if body.id not in known:
        raise ControlError(f"there is no subscriber {body.id!r}", status=404)
    known[body.id].state = body.state
    save(world, known)


def notices(world: World, request: Request) -> Response:
    """POST sends a message; GET shows what was sent, newest first, and how much waits."""
    mouth = mouth_of(world)
    if request.method == "POST":
        body = read_as(request, NoticeBody)
        person = person_of(world, body.email)
        mouth.say([notice(person, body.dates, operation=body.operation, data_type=body.data_type)])
    return json_answer({"waiting": mouth.waiting(), "sent": list(mouth.log)})


def post(world: World, request: Request) -> Response:
    """POST sends at once; `{"statuses": [...]}` are the answers, 0 for none."""
    body = read_as(request, PostBody)
    knobs = knobs_of(world)
    message = notice(person_of(world, body.email), body.days)
    statuses = [
        send(
            world,
            each,
            url=body.url,
            secret=body.secret,
            header=knobs.header,
            forged=body.forged,
        )
        for each in bodies([message], shape=knobs.shape)
        for _ in range(body.times)
    ]
    return json_answer({"statuses": statuses})


def keyset(world: World, request: Request) -> Response:
    """GET shows the keyset; POST rotates the key, or disables one."""
    if request.method == "POST":
        body = read_as(request, KeysetBody)
        if body.disable is None:
            tink_keys.rotate(world)
        elif not tink_keys.disable(world, body.disable):
            raise ControlError(f"there is no key {body.disable}", status=404)
    return json_answer(tink_keys.keyset(world))


def service_account(world: World, request: Request) -> Response:
    """GET the key file of the service account."""
    return json_answer(service_accounts.key_file(world, f"{request.host_url}google/token"))


CONTROLS = {
    "webhooks": webhooks,
    "subscribers": subscribers,
    "notices": notices,
    "post": post,
    "keyset": keyset,
    "service-account": service_account,
}
