"""What Withings posts to us: unsigned forms that say whose data changed, never how. Pure.

They are not signed, so each account is given an address of its own, which only Withings and we
know; and whatever a notice says, all that follows is that the account is read anew. A person who
took the consent back is found out by that reading. Our address is probed with HEAD. Source:
developer.withings.com, pages on notifications.
"""

import hmac
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from integrations.abilities import Heard, Notice, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig

ACTIVITY, ACCOUNT = "16", "46"
ONE_DAY = timedelta(days=1)
LATEST = 10**11


def address_for(webhook_url: str, account_id: str, config: ProviderConfig) -> str:
    """Where Withings is to post what it has to say about an account."""
    return f"{webhook_url}/{_proof(account_id, config)}"


def _proof(account_id: str, config: ProviderConfig) -> str:
    """Nobody can make it without our client secret; a new secret makes new addresses."""
    said = f"webhook of {account_id}".encode()
    return hmac.new(config.client_secret.encode(), said, sha256).hexdigest()[:40]


def hear(call: WebhookCall, config: ProviderConfig) -> Heard:
    """Judge a call and read it; raises ``WebhookRefused``."""
    if call.method == "HEAD":
        return Heard(status=200)
    if call.method != "POST":
        raise WebhookRefused("wrong_method", 405)
    fields = _form(call.body)
    account = fields.get("userid", "")
    if not (account.isascii() and account.isdecimal() and len(account) <= 20):
        raise WebhookRefused("not_readable", 400)
    if not hmac.compare_digest(call.tail.encode(), _proof(account, config).encode()):
        raise WebhookRefused("unknown_address", 403)
    concerns_us = fields.get("appli") in (ACTIVITY, ACCOUNT)
    return Heard(status=200, notices=(_notice(account, fields),) if concerns_us else ())


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body.decode(), max_num_fields=50)
    except ValueError:
        raise WebhookRefused("not_readable", 400) from None
    return {name: given[0] for name, given in fields.items()}


def _notice(account: str, fields: dict[str, str]) -> Notice:
    first, last = _days(fields)
    return Notice(
        account_id=account,
        kind=NoticeKind.CHANGED,
        first=first,
        last=last,
        payload={"appli": fields["appli"], "action": fields.get("action", "")[:40]},
    )


def _days(fields: dict[str, str]) -> tuple[date | None, date | None]:
    """The days a notice names: a date, or instants, which may be a day off in the person's zone."""
    day = _day(fields.get("date", ""))
    if day:
        return day, day
    ends = [_instant(fields.get(name, "")) for name in ("startdate", "enddate")]
    known = [end for end in ends if end]
    return (min(known) - ONE_DAY, max(known) + ONE_DAY) if known else (None, None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str) -> date | None:
    known = text.isascii() and text.isdecimal() and len(text) <= 11
    seconds = int(text) if known else 0
    return datetime.fromtimestamp(seconds, UTC).date() if 0 < seconds < LATEST else None
