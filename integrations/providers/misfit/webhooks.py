"""What reaches us through Amazon SNS: notices that something changed, and confirmations.

A notice never carries steps and never names a summary: it only makes the account due. A signed
message of a topic the operator listed is believed. The developer portal's own test of an address
is unsigned; it is answered only in the hour before ``PORTAL_TEST_UNTIL``, an instant the operator
sets for it. Source: the vendor's "get started" page, notices that were recorded in public clients,
and docs.aws.amazon.com/sns on message formats and signatures.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import DecodeError, Meta, Struct, ValidationError, convert
from msgspec.json import decode

from integrations.abilities import (
    Heard,
    Notice,
    NoticeKind,
    PublicDocuments,
    WebhookCall,
    WebhookRefused,
)
from integrations.contract import ProviderConfig
from integrations.providers.misfit import addresses, signatures

PORTAL_WINDOW = timedelta(hours=1)
# What may have changed steps. Profiles, sleeps and words we do not know are left alone.
CONCERNS_STEPS = frozenset({"goals", "sessions", "devices"})
CONFIRMATION, NOTIFICATION = "SubscriptionConfirmation", "Notification"
KINDS = frozenset({CONFIRMATION, NOTIFICATION, "UnsubscribeConfirmation"})


class _Entry(Struct, rename="camel"):
    owner_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,64}\Z")]
    type: str = ""
    action: str = ""
    id: str | None = None


def hear(call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
    """Judge a message and read it; raises ``WebhookRefused``."""
    if call.tail:
        raise WebhookRefused("unknown_address", 404)
    if call.method != "POST":
        raise WebhookRefused("wrong_method", 405)
    message = _message(call.body)
    if not message.signature:
        return _portal_test(message, call, config, documents)
    if message.topic_arn not in _listed(config.values.get("topic_arns", "")):
        raise WebhookRefused("unknown_topic", 403)
    trusted = config.values.get("sns_url", "")
    signatures.verify(message, documents, trusted=trusted, now=call.received_at)
    if message.type == CONFIRMATION:
        _confirm(addresses.of_sns_confirmation(message.subscribe_url, trusted), documents)
    if message.type != NOTIFICATION:
        return Heard(status=200)
    return Heard(status=200, notices=tuple(_notices(message)))


def _message(body: bytes) -> signatures.Message:
    try:
        message = decode(body, type=signatures.Message)
    except (DecodeError, ValueError, RecursionError):
        raise WebhookRefused("not_readable", 400) from None
    if message.type not in KINDS:
        raise WebhookRefused("unknown_kind", 400)
    return message


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _portal_test(
    message: signatures.Message,
    call: WebhookCall,
    config: ProviderConfig,
    documents: PublicDocuments,
) -> Heard:
    """The one message that is believed without a signature: it can only prove who we are."""
    until = config.values.get("portal_test_until", "")
    if message.type != CONFIRMATION or not _is_open(until, call.received_at):
        raise WebhookRefused("unsigned", 403)
    portal = config.values.get("portal_url", "")
    _confirm(addresses.of_portal_confirmation(message.subscribe_url, portal), documents)
    return Heard(status=200)


def _is_open(until: str, now: datetime) -> bool:
    """An instant with its offset ends the hour; nothing or nonsense never opens anything."""
    try:
        end = datetime.fromisoformat(until)
    except ValueError:
        return False
    return end.tzinfo is not None and timedelta(0) <= end - now <= PORTAL_WINDOW


def _confirm(address: str, documents: PublicDocuments) -> None:
    documents.read(address, refetch=True)


def _notices(message: signatures.Message) -> Iterator[Notice]:
    """One notice per entry that may concern steps; an entry we cannot read spoils no other."""
    for index, entry in enumerate(_entries(message.message)):
        read = _read(entry)
        if read and read.type in CONCERNS_STEPS:
            yield Notice(
                account_id=read.owner_id,
                kind=NoticeKind.CHANGED,
                key=f"{message.message_id}:{index}",
                payload={"type": read.type, "action": read.action, "id": read.id},
            )


def _entries(text: str) -> list[Any]:
    """The message is a string that holds a JSON list."""
    try:
        found = decode(text)
    except (DecodeError, ValueError, RecursionError):
        raise WebhookRefused("not_readable", 400) from None
    return found if isinstance(found, list) else []


def _read(entry: object) -> _Entry | None:
    try:
        return convert(entry, _Entry)
    except ValidationError:
        return None
