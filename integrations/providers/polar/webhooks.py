"""What Polar posts to us: signed hints that a day has changed. Pure.

Source: the published AccessLink webhook description. Polar wants 200 and switches the webhook off
after seven days without.
"""

import hmac
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec

from integrations.abilities import Heard, Notice, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig

# The description names the first, an integrator saw the second.
SIGNATURES = ("polar-webhook-signature", "x-polar-webhook-signature")
PING = "PING"
STEPS = "ACTIVITY_SUMMARY"


def hear(call: WebhookCall, config: ProviderConfig) -> Heard:
    """Judge a call and read it; raises ``WebhookRefused``.

    A ping is answered before the signature is looked at: it comes while the webhook is made, when
    nobody has its secret yet, and nothing follows from it.
    """
    if call.method != "POST" or call.tail:
        raise WebhookRefused("unknown_address", 404)
    event = _event(call.body)
    if event.get("event") == PING:
        return Heard(status=200)
    if not _is_signed(call, config.values.get("webhook_secret", "")):
        raise WebhookRefused("wrong_signature")
    return Heard(status=200, notices=_notices(event))


def _event(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise WebhookRefused("not_json", 400) from None


def _is_signed(call: WebhookCall, secret: str) -> bool:
    """Hexadecimal HMAC-SHA256 over the raw body with the secret that Polar showed once."""
    given = next((call.headers[name] for name in SIGNATURES if name in call.headers), "")
    expected = hmac.new(secret.encode(), call.body, sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(given.strip().lower().encode(), expected.encode())


def _notices(event: dict[str, Any]) -> tuple[Notice, ...]:
    """What the event says about steps; other events are taken and left alone."""
    account = event.get("user_id")
    if event.get("event") != STEPS or type(account) not in {int, str}:
        return ()
    day = _date(event.get("date"))
    return (Notice(account_id=str(account), kind=NoticeKind.CHANGED, first=day, last=day),)


def _date(value: object) -> date | None:
    """The day that changed; without a readable one the latest days are read."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
