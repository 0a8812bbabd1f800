"""What only some providers can do: webhooks, readings by push, steps when joining and leaving.

A provider has an ability by having its methods; nothing is registered. Pure values and protocols.
Every method that talks raises only the failures of ``integrations.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from integrations.contract import Fetched, ProviderConfig

if TYPE_CHECKING:
    from integrations.http import HttpClient


@runtime_checkable
class NeedsSettings(Protocol):
    """The provider cannot work without settings of its own besides client id and secret.

    ``required_settings`` are their keys in lower case; while one is empty nobody is offered to
    connect.
    """

    required_settings: tuple[str, ...]


class NoticeKind(StrEnum):
    """What a webhook tells about one account.

    ``changed``: there is something new to ask for. ``delivered``: the readings are in the payload.
    ``collect``: the payload says where to fetch them. ``revoked``: the person left us at the
    provider. ``permissions``: what they allow has changed; ``permissions`` of the payload lists it.
    """

    CHANGED = "changed"
    DELIVERED = "delivered"
    COLLECT = "collect"
    REVOKED = "revoked"
    PERMISSIONS = "permissions"


@dataclass(frozen=True, kw_only=True)
class WebhookCall:
    """One HTTP request to ``/webhooks/{provider}``, unread.

    ``tail`` is what follows the provider's name in the path, without a leading slash; the names of
    ``headers`` are in lower case; ``body`` are the raw bytes that a signature covers;
    ``received_at`` is in UTC.
    """

    method: str
    tail: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one entry of a webhook says about one account.

    ``first`` and ``last`` are the civil days it names, if any. ``key`` recognises a delivery that
    is repeated: the provider's own id of the message, or empty where it has none, and then the
    same payload again is the same notice.
    """

    account_id: str
    kind: NoticeKind
    key: str = ""
    first: date | None = None
    last: date | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How to answer an authentic webhook, and what it said."""

    status: int = 204
    body: bytes = b""
    content_type: str = ""
    notices: tuple[Notice, ...] = ()


class WebhookRefused(Exception):
    """The call is forged, broken or not for us; ``status`` is the answer the provider expects."""

    def __init__(self, code: str, status: int = 401) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class PublicDocuments(Protocol):
    """Public files of a provider (keysets, certificates), fetched over HTTPS and cached.

    Only addresses that the provider folder has judged trustworthy may be asked for.
    """

    def read(self, url: str, *, refetch: bool = False) -> bytes:
        """Return the file; ``refetch`` asks again although a copy is at hand.

        A copy that cannot be renewed is served stale. Raises a ``ProviderFailure`` without one.
        """
        ...


@runtime_checkable
class HearsWebhooks(Protocol):
    """The provider tells us when something changed."""

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Authenticate a call over its raw bytes and read it; raises ``WebhookRefused``."""
        ...


@runtime_checkable
class DeliversReadings(Protocol):
    """Notices of kind ``delivered`` carry the readings themselves."""

    def delivered(self, payload: Mapping[str, Any]) -> Fetched:
        """Read the payload of a notice; raises ``BadPayload`` when nothing of it can be read."""
        ...


@runtime_checkable
class CollectsReadings(Protocol):
    """Notices of kind ``collect`` say where the readings lie."""

    def collect(
        self, http: HttpClient, config: ProviderConfig, payload: Mapping[str, Any]
    ) -> Fetched:
        """Fetch what the payload points to."""
        ...


@runtime_checkable
class Joins(Protocol):
    """Something has to be said to the provider once a person has consented."""

    def join(
        self, http: HttpClient, config: ProviderConfig, *, account_id: str, webhook_url: str
    ) -> None:
        """Register or subscribe the account; doing it twice is harmless.

        ``webhook_url`` is our public address for this provider's webhooks.
        """
        ...


@runtime_checkable
class Backfills(Protocol):
    """History is asked for once and arrives by webhook."""

    def backfill(
        self, http: HttpClient, config: ProviderConfig, *, first: date, last: date
    ) -> None:
        """Ask for civil days ``first`` to ``last`` inclusive; repeating it is harmless."""
        ...


@runtime_checkable
class Leaves(Protocol):
    """Disconnecting is told with a call of the API instead of by revoking a token."""

    def leave(self, http: HttpClient, config: ProviderConfig, *, account_id: str) -> None:
        """End the account's registration; one that has ended already is fine."""
        ...


@runtime_checkable
class Subscribes(Protocol):
    """Webhooks are subscribed to by our application as a whole, and the subscriptions run out."""

    def subscribe(
        self, http: HttpClient, config: ProviderConfig, *, webhook_url: str, now: datetime
    ) -> None:
        """Make, move and renew the subscriptions; repeating it is harmless.

        ``http`` carries no person's token.
        """
        ...


@runtime_checkable
class TellsOfSubscription(Protocol):
    """The provider can be asked whether it still tells us of changes."""

    def subscription_trouble(
        self, config: ProviderConfig, *, webhook_url: str, now: datetime
    ) -> str:
        """What is wrong, in a sentence for operators; empty when all is well.

        ``webhook_url`` is our public address for this provider's webhooks, ``now`` is in UTC.
        """
        ...
