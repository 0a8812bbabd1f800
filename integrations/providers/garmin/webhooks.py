"""What Garmin posts to us, authenticated and sorted by account. Pure.

Garmin signs nothing. What speaks for a call is an address that nobody else knows (the setting
``WEBHOOK_PATH``) and a header with our own client id; what it says is believed for accounts that
are connected here only. One address may serve every kind of message; each body is an object of
lists. Garmin wants 200 within 30 seconds, and tries again for seven days otherwise.
"""

import hmac
from collections.abc import Iterator
from typing import Any

import msgspec

from integrations.abilities import Heard, Notice, NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig
from integrations.errors import BadPayload
from integrations.providers.garmin import mapping

Entry = dict[str, Any]


def hear(call: WebhookCall, config: ProviderConfig) -> Heard:
    """Judge a call and read it; raises ``WebhookRefused``."""
    if not _same(call.tail, config.values.get("webhook_path", "")):
        raise WebhookRefused("unknown_address", 404)
    if not _same(call.headers.get("garmin-client-id", ""), config.client_id):
        raise WebhookRefused("wrong_client_id")
    if call.method != "POST":
        raise WebhookRefused("wrong_method", 405)
    return Heard(status=200, notices=tuple(_notices(_lists(call.body))))


def _same(given: str, expected: str) -> bool:
    """Whether both are equal and there is something to compare with at all."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def _lists(body: bytes) -> dict[str, list[Entry]]:
    """The entries that name an account, by the kind of message."""
    try:
        kinds = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise WebhookRefused("not_json", 400) from None
    return {
        kind: [entry for entry in entries if _names_account(entry)]
        for kind, entries in kinds.items()
        if isinstance(entries, list)
    }


def _names_account(entry: object) -> bool:
    account = entry.get("userId") if isinstance(entry, dict) else None
    return isinstance(account, str) and 0 < len(account) <= 120


def _notices(kinds: dict[str, list[Entry]]) -> Iterator[Notice]:
    """Readings first and farewells last, so that one body with both is read in that order."""
    dailies = kinds.get("dailies", [])
    yield from _delivered([entry for entry in dailies if "callbackURL" not in entry])
    for entry in dailies:
        if "callbackURL" in entry:
            yield _notice(entry, NoticeKind.COLLECT, {"callbackURL": entry["callbackURL"]})
    for entry in kinds.get("userPermissionsChange", []):
        yield from _permissions(entry)
    for entry in kinds.get("deregistrations", []):
        yield _notice(entry, NoticeKind.REVOKED, {})


def _delivered(dailies: list[Entry]) -> Iterator[Notice]:
    """One notice per account; epochs and every other kind of summary are not read."""
    accounts: dict[str, list[Entry]] = {}
    for entry in dailies:
        accounts.setdefault(entry["userId"], []).append(entry)
    for account, entries in accounts.items():
        payload = {"userId": account, "dailies": entries}
        yield Notice(account_id=account, kind=NoticeKind.DELIVERED, payload=payload)


def _permissions(entry: Entry) -> Iterator[Notice]:
    """What is allowed from now on; an entry that does not say it is no reason to act."""
    try:
        allowed = mapping.permissions(entry)
    except BadPayload:
        return
    payload = {"permissions": list(allowed), "at": entry.get("changeTimeInSeconds")}
    yield _notice(entry, NoticeKind.PERMISSIONS, payload)


def _notice(entry: Entry, kind: NoticeKind, payload: Entry) -> Notice:
    account = entry["userId"]
    return Notice(account_id=account, kind=kind, payload={"userId": account} | payload)
