"""Control: the developer portal's hook, and what is sent to it, right or wrong."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import ControlError, json_answer, person_of, read_as
from sandbox.deliveries import Delivery, deliver
from sandbox.misfit.api import account_of, knobs_of
from sandbox.misfit.sns import TOPIC, certificate_name, confirmations, envelope, sign
from sandbox.oauth_stand_in.accounts import hex_id
from sandbox.world import World

HOOK = "misfit hook"
RETRIES = 3


class HookBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where notices go."""

    url: str


class MessageBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a message is made up; every default is what Amazon does.

    `message_id` repeats an earlier one, `times` sends the same message so often.
    """

    signature: Literal["good", "wrong", "missing"] = "good"
    version: str = "1"
    topic: str = TOPIC
    certificate_url: str | None = None
    subscribe_url: str | None = None
    message_id: str | None = None
    times: int = 1
    redeliver: bool = True


class NoticeBody(MessageBody):
    """A notice about people, by address, and about accounts nobody here has.

    Each of the `types` makes an entry for each of them. `message` replaces the whole text.
    """

    emails: list[str] = []
    strangers: list[str] = []
    types: tuple[str, ...] = ("goals",)
    action: str = "updated"
    dates: Literal["iso", "spaced"] = "iso"
    subject: str | None = None
    message: str | None = None


class ConfirmationBody(MessageBody):
    """A confirmation; `portal` is the developer portal's own test, which is unsigned."""

    portal: bool = False


def hook(world: World, request: Request) -> Response:
    """GET or PUT the address that notices go to."""
    if request.method != "GET":
        world.store.save_document(HOOK, read_as(request, HookBody).url)
    return json_answer({"url": world.store.document(HOOK)})


def confirmed_tokens(world: World, request: Request) -> Response:
    """GET the tokens of the confirmations that were visited."""
    del request
    return json_answer({"tokens": confirmations(world)})


def notify(world: World, request: Request) -> Response:
    """POST: send a notice; the statuses of the answers, 0 for none."""
    body = read_as(request, NoticeBody)
    text = _entries(world, body) if body.message is None else body.message
    message = envelope("Notification", topic=body.topic, message=text, at=world.clock.now())
    if body.subject is not None:
        message["Subject"] = body.subject
    return _send(world, request, body, message)


def confirm(world: World, request: Request) -> Response:
    """POST: ask the hook to confirm its subscription."""
    body = read_as(request, ConfirmationBody)
    at = world.clock.now()
    text = f"You have chosen to subscribe to the topic {body.topic}."
    message = envelope("SubscriptionConfirmation", topic=body.topic, message=text, at=at)
    token = message["Token"] = hex_id("confirmation", message["MessageId"], 64)
    if body.portal:
        del message["MessageId"]
        body.signature = "missing"
        usual = f"{request.host_url}misfit/apps/1/verify_endpoint?verify_token={token}&challenge=C"
    else:
        query = f"Action=ConfirmSubscription&TopicArn={body.topic}&Token={token}"
        usual = f"{request.host_url}misfit/sns/?{query}"
    message["SubscribeURL"] = body.subscribe_url or usual
    return _send(world, request, body, message)


def _entries(world: World, body: NoticeBody) -> str:
    owners = [account_of(person_of(world, email)) for email in body.emails] + body.strangers
    updated = _written(world.clock.now(), body.dates)
    entries = [
        {
            "type": kind,
            "action": body.action,
            "id": hex_id("misfit", f"{kind}:{owner}:{updated}", 24),
            "ownerId": owner,
            "updatedAt": updated,
        }
        for owner in owners
        for kind in body.types
    ]
    return msgspec.json.encode(entries).decode()


def _written(at: datetime, style: str) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ" if style == "iso" else "%Y-%m-%d %H:%M:%S UTC")


def _send(world: World, request: Request, body: MessageBody, message: dict[str, Any]) -> Response:
    url = world.store.document(HOOK)
    if not url:
        raise ControlError("there is no hook: PUT /control/rooms/misfit/hook")
    if body.message_id is not None:
        message["MessageId"] = body.message_id
    if body.signature != "missing":
        message |= _signed(request, body, message)
    pause = knobs_of(world).redeliver_after_seconds
    sent = Delivery(
        url=url,
        body=msgspec.json.encode(message),
        headers={
            "Content-Type": "text/plain; charset=UTF-8",
            "x-amz-sns-message-type": message["Type"],
        },
        pauses=(pause,) * RETRIES if body.redeliver else (),
    )
    statuses = [deliver(sent) for _ in range(body.times)]
    return json_answer({"message_id": message.get("MessageId"), "statuses": statuses})


def _signed(request: Request, body: MessageBody, message: dict[str, Any]) -> dict[str, str]:
    usual = f"{request.host_url}misfit/sns/{certificate_name()}"
    covered = message if body.signature == "good" else message | {"Message": "something else"}
    return {
        "SignatureVersion": body.version,
        "Signature": sign(covered, body.version),
        "SigningCertURL": body.certificate_url or usual,
    }
