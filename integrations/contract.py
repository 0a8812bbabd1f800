"""What a provider is: the words between the engine and a provider folder. Pure values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from integrations.errors import ProviderFailure

if TYPE_CHECKING:
    from integrations.http import HttpClient


class ProviderKind(StrEnum):
    """How readings reach us."""

    OAUTH = "oauth"
    RELAY = "relay"


class ProviderStatus(StrEnum):
    """Whether new connections are offered."""

    AVAILABLE = "available"
    RETIRED = "retired"
    DISABLED = "disabled"


class ClientAuth(StrEnum):
    """How our client id and secret reach a token endpoint."""

    BODY = "body"
    BASIC = "basic"


class QuotaScope(StrEnum):
    """Whose calls a quota counts: all of our application's, or those for one account."""

    APP = "app"
    ACCOUNT = "account"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """At most ``calls`` in any ``seconds``, as the provider publishes it."""

    scope: QuotaScope
    calls: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a provider can do.

    ``history_days``: how far back it answers, None is without limit. ``polls``: whether we may ask
    it on our own; where it is False readings come only by webhook. ``quotas``: its published
    limits, empty where none are known.
    """

    webhooks: bool
    devices: bool
    hourly: bool
    history_days: int | None
    polls: bool = True
    quotas: tuple[Quota, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OAuthEndpoints:
    """Where and how to ask for consent.

    ``scopes`` are requested in this order; a grant without all of ``required_scopes`` makes no
    connection. With ``asks_scopes`` False they are set up in the provider's portal: none is asked
    for, and what a token answer calls scopes is something else. ``optional_permissions`` maps an
    optional scope to our name of what is missing without it. ``authorize_params`` are added to the
    consent URL, ``token_params`` to the form of every token request. ``token_envelope`` is the
    member that the token answer is wrapped in, and ``account_member`` the member of the token
    answer that names the account, where there are such. ``login_hint``: whether the consent page
    understands a hint of the person's e-mail. ``revoke_query``: the query parameter in which
    ``revoke_url`` wants the access token, where it does not take any token in a form (RFC 7009).
    ``token_error`` reads the RFC 6749 error word out of a token answer (its status and body) that
    says it in another way, ``""`` where it says none.
    """

    authorize_url: str
    token_url: str
    revoke_url: str | None
    revoke_query: str = ""
    scopes: tuple[str, ...]
    required_scopes: frozenset[str]
    asks_scopes: bool = True
    optional_permissions: dict[str, str] = field(default_factory=dict)
    authorize_params: dict[str, str] = field(default_factory=dict)
    token_params: dict[str, str] = field(default_factory=dict)
    token_envelope: str = ""
    account_member: str = ""
    scope_separator: str = " "
    pkce: bool = True
    client_auth: ClientAuth = ClientAuth.BODY
    login_hint: bool = False
    token_error: Callable[[int, Mapping[str, Any]], str] | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderConfig:
    """An operator's settings of one provider: ``PROVIDER_<SLUG>_<KEY>``, with lower-case keys."""

    client_id: str
    client_secret: str
    values: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose account it is, by the provider's own unchanging id. ``label`` is safe to show.

    ``granted_scopes`` is what the person allows, where only a call tells it and not the token
    answer; None leaves it to the token answer.
    """

    account_id: str
    label: str
    legacy_account_id: str | None = None
    granted_scopes: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class DayTotal:
    """The provider's total for one civil date, in the person's zone as the provider sees it.

    ``manual_steps`` is the part of ``steps`` that was typed by hand, where the provider tells.
    """

    date: date
    steps: int
    manual_steps: int = 0


@dataclass(frozen=True, kw_only=True)
class HourTotal:
    """Steps between two instants (UTC), at most an hour apart."""

    start: datetime
    end: datetime
    steps: int


@dataclass(frozen=True, kw_only=True)
class TrackerDevice:
    """A tracker as the provider describes it. ``battery`` is the provider's word or empty."""

    external_id: str
    name: str
    kind: str
    battery: str
    last_synced_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FetchWindow:
    """What to read: civil days ``first`` to ``last`` inclusive, and hours for some of the days.

    ``hours_from``/``hours_to`` (UTC instants) bound the hourly reading; None asks for no hours.
    ``devices`` and ``zone`` say whether the trackers and the account's time zone are wanted this
    time: they seldom change, and a call that is not made costs nobody's quota.
    """

    first: date
    last: date
    hours_from: datetime | None = None
    hours_to: datetime | None = None
    devices: bool = True
    zone: bool = True


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """The part of a webhook's readings that could not be read, while the others could.

    ``payload`` is what ``delivered`` reads when it is tried again; ``why`` names types and places,
    never a value.
    """

    payload: Mapping[str, Any]
    why: str


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Everything one fetch brought. A day inside the window but not listed is unknown, not zero.

    ``devices`` and ``timezone`` are None when they were not wanted, when the grant does not allow
    to ask, or when asking failed while the days came: then ``missed`` says why. ``unreadable`` is
    what a webhook brought besides; who asks for days raises ``BadPayload`` instead.
    """

    days: tuple[DayTotal, ...]
    hours: tuple[HourTotal, ...] = ()
    devices: tuple[TrackerDevice, ...] | None = None
    timezone: str | None = None
    missed: tuple[ProviderFailure, ...] = ()
    unreadable: Unreadable | None = None


class Provider(Protocol):
    """What every provider folder exports as ``PROVIDER`` from its ``provider.py``.

    ``successor`` is the slug of the provider to move to when this one is retired, or empty. What
    only some providers do is described in ``integrations.abilities``.
    """

    slug: str
    name: str
    kind: ProviderKind
    status: ProviderStatus
    note: str
    capabilities: Capabilities
    successor: str


class OAuthProvider(Provider, Protocol):
    """A provider whose cloud we ask with a person's token.

    Every method that talks raises only the failures of ``integrations.errors``.
    """

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """The consent and token addresses under the operator's settings."""
        ...

    def api_url(self, config: ProviderConfig) -> str:
        """The base URL that ``HttpClient`` is opened with."""
        ...

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Read an answer that is no success, or a success that is no JSON (``body`` is None).

        None leaves it to ``integrations.statuses``. An error in the JSON of a success is not seen
        here: ``fetch`` and the others raise it from what their call returned.
        """
        ...

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """Tell whose account the token opens; ``token_account`` is what the token answer named."""
        ...

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Read the window and whatever else the granted scopes allow."""
        ...


class RelayProvider(Provider, Protocol):
    """A provider whose readings a phone pushes to us in the ``relay/1`` format.

    ``tells_permission``: whether an app on the platform can find out that reading was refused.
    """

    platform: str
    tells_permission: bool
    min_app_version: str
    setup: dict[str, str]
