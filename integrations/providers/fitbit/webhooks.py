"""What Google posts to us: the handshake of a subscriber, and signed hints that days changed. Pure.

A call has to carry the secret we registered, word for word, and a signature over its bytes. It
says which days changed, never how. Google shows one object in its guide and sends an array of such
objects; both are read. Anything but 204 is sent again, for up to seven days. Source:
developers.google.com/health/webhooks, and what integrators saw live.
"""

import binascii
import hmac
from base64 import b64decode
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from integrations.abilities import (
    Heard,
    Notice,
    NoticeKind,
    PublicDocuments,
    WebhookCall,
    WebhookRefused,
)
from integrations.contract import ProviderConfig
from integrations.providers.fitbit import tink

KEYSET = "https://www.gstatic.com/googlehealthapi/webhooks/webhooks_public_keyset.json"
# The second is the name before July 2026; senders may still use it.
SIGNATURES = ("google-health-api-signature", "x-healthapi-signature")
STEPS = "steps"
VERIFICATION = {"type": "verification"}
ONE_DAY = timedelta(days=1)


def hear(call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
    """Judge a call and read it; raises ``WebhookRefused``."""
    if call.tail:
        raise WebhookRefused("unknown_address", 404)
    if call.method != "POST":
        raise WebhookRefused("wrong_method", 405)
    if not _knows_secret(call.headers.get("authorization", ""), config):
        raise WebhookRefused("wrong_secret")
    body = _json(call.body)
    if (
        body == VERIFICATION
    ):  # whether the handshake is signed is not known; nothing follows from it
        return Heard(status=201)
    _check_signature(call, config, documents)
    entries = body if isinstance(body, list) else [body]
    return Heard(notices=tuple(notice for entry in entries for notice in _notices(entry)))


def _knows_secret(given: str, config: ProviderConfig) -> bool:
    """Compare in constant time with every secret in force: two while one is being replaced."""
    shown = sha256(given.encode("latin-1", "replace")).digest()
    secrets = [each.strip() for each in config.values.get("webhook_secret", "").split(",")]
    fits = [hmac.compare_digest(shown, sha256(each.encode()).digest()) for each in secrets if each]
    return any(fits)


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise WebhookRefused("not_json", 400) from None


def _check_signature(call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> None:
    given = next((call.headers[name] for name in SIGNATURES if name in call.headers), "")
    if not given:
        raise WebhookRefused("unsigned")
    try:
        signature = b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise WebhookRefused("wrong_signature") from None
    if not _is_signed(signature, call.body, config.values.get("webhook_keyset_url"), documents):
        raise WebhookRefused("wrong_signature")


def _is_signed(
    signature: bytes, body: bytes, address: str | None, documents: PublicDocuments
) -> bool:
    """A key that is not known yet may be new: Google changes its keys about every month."""
    for refetch in (False, True):
        try:
            tink.verify(signature, body, documents.read(address or KEYSET, refetch=refetch))
        except tink.UnknownKey:
            continue
        except tink.BadSignature:
            return False
        return True
    return False


def _notices(entry: object) -> Iterator[Notice]:
    """What one entry says about steps; what we do not know is taken and left alone.

    ``DELETE`` tells of deleted data and of a withdrawn consent alike: asking again shows which.
    """
    data = entry.get("data") if isinstance(entry, dict) else None
    if not isinstance(data, dict) or data.get("operation") not in {"UPSERT", "DELETE"}:
        return
    account = data.get("healthUserId")
    if not isinstance(account, str) or data.get("dataType", STEPS) != STEPS:
        return
    intervals = data.get("intervals")
    days = [day for each in _listed(intervals) for day in _days(each)]
    yield Notice(
        account_id=account,
        kind=NoticeKind.CHANGED,
        first=min(days, default=None),
        last=max(days, default=None),
        payload=data,
    )


def _listed(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _days(interval: dict[str, Any]) -> list[date]:
    """First and last civil day of an interval; by the instants' UTC days where it names none."""
    civil = interval.get("civilIso8601TimeInterval") or {}
    found = _span(_civil(interval.get("civilDateTimeInterval")))
    found = found or _span(_iso(civil))
    if found:
        return found
    physical = _span(_iso(interval.get("physicalTimeInterval") or {}))
    return [physical[0] - ONE_DAY, physical[-1] + ONE_DAY] if physical else []


def _span(ends: tuple[datetime | None, datetime | None]) -> list[date]:
    """The days between two local times; an end at midnight is the end of the day before."""
    start, end = ends
    if start is None:
        return []
    if end is None or end <= start:
        return [start.date()]
    return [start.date(), (end - timedelta(microseconds=1)).date()]


def _civil(interval: object) -> tuple[datetime | None, datetime | None]:
    parts = interval if isinstance(interval, dict) else {}
    return _civil_time(parts.get("startDateTime")), _civil_time(parts.get("endDateTime"))


def _civil_time(value: object) -> datetime | None:
    """Zero members are left out, and ``time`` with them."""
    parts: dict[str, Any] = value if isinstance(value, dict) else {}
    time = parts.get("time")
    clock: dict[str, Any] = time if isinstance(time, dict) else {}
    try:
        day = parts["date"]
        moment = datetime(  # noqa: DTZ001 - a civil time has no zone
            day["year"], day["month"], day["day"], clock.get("hours", 0), clock.get("minutes", 0)
        )
    except (TypeError, KeyError, ValueError, OverflowError):
        return None
    return _possible(moment)


def _iso(interval: object) -> tuple[datetime | None, datetime | None]:
    parts = interval if isinstance(interval, dict) else {}
    return _instant(parts.get("startTime")), _instant(parts.get("endTime"))


def _instant(value: object) -> datetime | None:
    try:
        return _possible(datetime.fromisoformat(str(value)).replace(tzinfo=None))
    except ValueError:
        return None


def _possible(moment: datetime) -> datetime | None:
    """Trackers are younger than 2000, and a day has to have neighbours in the calendar."""
    return moment if 2000 <= moment.year <= 2100 else None
