"""Keeps our application's webhook subscriptions alive: Oura lets them run out.

There is one per kind of event; they are made with the application's own id and secret, and count
for every member. Source: the published Oura API v2 description, webhook subscription routes.
"""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct, ValidationError, convert

from integrations.contract import ProviderConfig
from integrations.errors import BadPayload
from integrations.http import HttpClient
from integrations.providers.oura.webhooks import STEPS, verification_token

ADDRESS = "/v2/webhook/subscription"
EVENTS = ("create", "update", "delete")
RENEWED_BEFORE = timedelta(days=7)


class _Subscription(Struct):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}\Z")]
    callback_url: str
    event_type: str
    data_type: str
    expiration_time: datetime | None = None


def keep(http: HttpClient, config: ProviderConfig, webhook_url: str, now: datetime) -> None:
    """Make what is missing, move what points elsewhere, renew what ends within a week."""
    headers = {"x-client-id": config.client_id, "x-client-secret": config.client_secret}
    ours = [one for one in _listed(http, headers) if one.data_type == STEPS]
    known = {one.event_type: one for one in ours}
    for event in EVENTS:
        wanted = {
            "callback_url": webhook_url,
            "verification_token": verification_token(config),
            "event_type": event,
            "data_type": STEPS,
        }
        _keep_one(http, headers, known.get(event), wanted, now)


def _listed(http: HttpClient, headers: dict[str, str]) -> list[_Subscription]:
    try:
        return convert(http.ask("GET", ADDRESS, headers=headers) or [], list[_Subscription])
    except ValidationError as error:
        raise BadPayload(f"unexpected subscriptions: {error}") from None


def _keep_one(
    http: HttpClient,
    headers: dict[str, str],
    known: _Subscription | None,
    wanted: dict[str, str],
    now: datetime,
) -> None:
    if known is None:
        http.ask("POST", ADDRESS, json=wanted, headers=headers)
    elif known.callback_url != wanted["callback_url"]:
        http.ask("PUT", f"{ADDRESS}/{known.id}", json=wanted, headers=headers)
    if known is not None and _ends_soon(known, now):
        http.ask("PUT", f"{ADDRESS}/renew/{known.id}", headers=headers)


def _ends_soon(known: _Subscription, now: datetime) -> bool:
    """Oura writes the time with or without a zone; without one it is taken as UTC."""
    ends = known.expiration_time
    if ends is None:
        return True
    aware = ends if ends.tzinfo else ends.replace(tzinfo=now.tzinfo)
    return aware - now < RENEWED_BEFORE
