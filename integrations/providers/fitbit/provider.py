"""Fitbit as a provider: the Google Health API behind Google's consent page.

Sources: developers.google.com/health (scopes, endpoints, rate limits) and
developers.google.com/identity/protocols/oauth2/web-server.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from integrations.abilities import Heard, PublicDocuments, WebhookCall
from integrations.contract import (
    Capabilities,
    Fetched,
    FetchWindow,
    Identity,
    OAuthEndpoints,
    OAuthProvider,
    ProviderConfig,
    ProviderKind,
    ProviderStatus,
    Quota,
    QuotaScope,
)
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.providers.fitbit import api, failures, families, subscribers, webhooks
from integrations.side_questions import if_possible

SCOPES = "https://www.googleapis.com/auth/googlehealth"
ACTIVITY = f"{SCOPES}.activity_and_fitness.readonly"
SETTINGS = f"{SCOPES}.settings.readonly"

# developers.google.com/health/rate-limits
QUOTAS = (
    Quota(scope=QuotaScope.ACCOUNT, calls=300, seconds=60),
    Quota(scope=QuotaScope.APP, calls=120_000, seconds=60),
)


class Fitbit:
    """Day and hour totals as Google merges them, the paired devices and the account's zone.

    Settings: ``API_URL``, ``AUTHORIZE_URL``, ``TOKEN_URL``, ``REVOKE_URL``,
    ``DATA_SOURCE_FAMILY`` (see ``families``), ``WEBHOOK_SECRET`` (two, with a comma between, while
    one is replaced), ``WEBHOOK_KEYSET_URL``, ``PROJECT_NUMBER`` and ``SERVICE_ACCOUNT_FILE``.
    """

    slug = "fitbit"
    name = "Fitbit"
    kind = ProviderKind.OAUTH
    status = ProviderStatus.AVAILABLE
    note = "Sign in with the Google account that you use in the Google Health (Fitbit) app."
    capabilities = Capabilities(
        webhooks=True, devices=True, hourly=True, history_days=None, quotas=QUOTAS
    )
    successor = ""

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """Ask offline and with consent each time: otherwise Google gives no refresh token."""
        values = config.values
        return OAuthEndpoints(
            authorize_url=values.get(
                "authorize_url", "https://accounts.google.com/o/oauth2/v2/auth"
            ),
            token_url=values.get("token_url", "https://oauth2.googleapis.com/token"),
            revoke_url=values.get("revoke_url", "https://oauth2.googleapis.com/revoke"),
            scopes=(ACTIVITY, SETTINGS),
            required_scopes=frozenset({ACTIVITY}),
            optional_permissions={SETTINGS: "devices"},
            authorize_params={"access_type": "offline", "prompt": "consent"},
            login_hint=True,
        )

    def api_url(self, config: ProviderConfig) -> str:
        """Google's host, unless the operator names a stand-in."""
        return config.values.get("api_url", "https://health.googleapis.com")

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Read Google's error reasons."""
        return failures.classify(status, body, headers)

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """Ask for the ``healthUserId``; fails with ``account_not_linked`` where there is none."""
        del config, token_account
        return api.identity(http)

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Read days, then hours if asked for; devices and zone only as far as they come."""
        family = families.chosen(config)
        days = families.day_totals(http, family, window.first, window.last)
        hours = (
            api.hour_totals(http, families.read_as(family), window.hours_from, window.hours_to)
            if window.hours_from and window.hours_to
            else []
        )
        missed: list[ProviderFailure] = []
        asked = SETTINGS in granted_scopes
        devices = (
            if_possible(lambda: api.devices(http), missed) if asked and window.devices else None
        )
        zone = if_possible(lambda: api.timezone(http), missed) if asked and window.zone else None
        return Fetched(
            days=tuple(days),
            hours=tuple(hours),
            devices=None if devices is None else tuple(devices),
            timezone=zone,
            missed=tuple(missed),
        )

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Take Google's handshake and its signed hints."""
        return webhooks.hear(call, config, documents)

    def subscription_trouble(
        self, config: ProviderConfig, *, webhook_url: str, now: datetime
    ) -> str:
        """Ask Google about our subscriber; nothing to ask where no service account is set up."""
        if not config.values.get("service_account_file"):
            return ""
        opened = monotonic()
        found = subscribers.open_for(
            config,
            self.api_url(config),
            now=now,
            clock=lambda: now + timedelta(seconds=monotonic() - opened),
        )
        return subscribers.trouble(found.all(), webhook_url)


PROVIDER: Final[OAuthProvider] = Fitbit()
