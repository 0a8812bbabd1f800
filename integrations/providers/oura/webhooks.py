"""What Oura sends us: the question whether we want its webhooks, and signed hints. Pure.

Source: the published Oura API v2 description. Oura waits ten seconds and tries ten times in about
an hour; 410 would end the subscription.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from integrations.abilities import Heard, Notice, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig

STEPS = "daily_activity"
# Whether a repetition is signed anew is not known, so one that keeps its first signature is taken
# for as long as Oura repeats; the same delivery twice is recognised anyhow.
OLDEST = timedelta(hours=2)
NEWEST = timedelta(minutes=5)


def hear(call: WebhookCall, config: ProviderConfig) -> Heard:
    """Judge a call and read it; raises ``WebhookRefused``."""
    if call.tail:
        raise WebhookRefused("unknown_address", 404)
    if call.method == "GET":
        return _challenge(call.query, config)
    if call.method != "POST":
        raise WebhookRefused("wrong_method", 405)
    _check_signature(call, config)
    return Heard(status=200, notices=_notices(call.body))


def verification_token(config: ProviderConfig) -> str:
    """What Oura repeats to prove that it knows of our subscription; follows from our secret."""
    return _hmac(config.client_secret, b"webhook verification")


def _challenge(query: Mapping[str, str], config: ProviderConfig) -> Heard:
    """Oura asks once per subscription, while it is being made."""
    given, expected = query.get("verification_token", ""), verification_token(config)
    if not config.client_secret or not hmac.compare_digest(given.encode(), expected.encode()):
        raise WebhookRefused("wrong_verification_token")
    answer = msgspec.json.encode({"challenge": query.get("challenge", "")})
    return Heard(status=200, body=answer, content_type="application/json")


def _check_signature(call: WebhookCall, config: ProviderConfig) -> None:
    """Upper-case hexadecimal HMAC-SHA256 over the timestamp header and the raw body."""
    stamp = call.headers.get("x-oura-timestamp", "")
    given = call.headers.get("x-oura-signature", "").strip().upper()
    expected = _hmac(config.client_secret, stamp.encode() + call.body)
    if not config.client_secret or not hmac.compare_digest(given.encode(), expected.encode()):
        raise WebhookRefused("wrong_signature")
    age = timedelta(seconds=call.received_at.timestamp() - _seconds(stamp))
    if not -NEWEST <= age <= OLDEST:
        raise WebhookRefused("stale")


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, sha256).hexdigest().upper()


def _seconds(stamp: str) -> float:
    """A Unix time in seconds, or in milliseconds; 0 for anything else, which is stale."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 13):
        return 0
    return int(stamp) / 1000 if len(stamp) == 13 else int(stamp)


def _notices(body: bytes) -> tuple[Notice, ...]:
    """What the event says about steps. It names an object and no day, so the latest are read."""
    try:
        event = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise WebhookRefused("not_json", 400) from None
    account = event.get("user_id")
    if event.get("data_type") != STEPS or not isinstance(account, str):
        return ()
    return (Notice(account_id=account, kind=NoticeKind.CHANGED),)
