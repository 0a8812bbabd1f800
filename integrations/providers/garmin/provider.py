"""Garmin as a provider: readings come by webhook, pushed whole or to be collected.

Sources: digests of Garmin's partner guides (Start Guide, Health API, OAuth2 PKCE) and what
integrators saw live; the guides themselves are open to partners only.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

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
)
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.providers.garmin import api, failures, mapping, webhooks

# Garmin's words for what a person ticks; they are no OAuth scopes.
HEALTH = "HEALTH_EXPORT"
HISTORY = "HISTORICAL_DATA_EXPORT"


class Garmin:
    """Day totals as Garmin Connect shows them.

    Settings: ``WEBHOOK_PATH`` (what follows our webhook address, long and random; without it
    nothing is heard), ``API_URL``, ``AUTHORIZE_URL`` and ``TOKEN_URL``.
    """

    slug = "garmin"
    name = "Garmin"
    kind = ProviderKind.OAUTH
    status = ProviderStatus.AVAILABLE
    note = (
        "On Garmin's page leave the daily health statistics switched on, and switch on historical"
        " data (it is off by default) if the days before today shall count."
    )
    capabilities = Capabilities(
        webhooks=True, devices=False, hourly=False, history_days=30, polls=False
    )
    successor = ""
    required_settings = ("webhook_path",)

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """What may be read is set up in Garmin's portal and ticked by the person; we ask it."""
        values = config.values
        return OAuthEndpoints(
            authorize_url=values.get("authorize_url", "https://connect.garmin.com/oauth2Confirm"),
            token_url=values.get(
                "token_url", "https://diauth.garmin.com/di-oauth2-service/oauth/token"
            ),
            revoke_url=None,
            scopes=(HEALTH, HISTORY),
            required_scopes=frozenset({HEALTH}),
            optional_permissions={HISTORY: "history"},
            asks_scopes=False,
        )

    def api_url(self, config: ProviderConfig) -> str:
        """Garmin's host, unless the operator names a stand-in."""
        return config.values.get("api_url", "https://apis.garmin.com")

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Read Garmin's statuses."""
        return failures.classify(status, body, headers)

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """Ask for the user id and for what the person shares."""
        del config, token_account
        return api.identity(http)

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Nothing: an application that polls is not accepted for production."""
        del http, config, window, granted_scopes
        return Fetched(days=())

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Read a push, a ping, a change of permissions or a farewell."""
        del documents
        return webhooks.hear(call, config)

    def delivered(self, payload: Mapping[str, Any]) -> Fetched:
        """Read the dailies that a push carried."""
        return mapping.days(dict(payload), str(payload.get("userId", "")))

    def collect(
        self, http: HttpClient, config: ProviderConfig, payload: Mapping[str, Any]
    ) -> Fetched:
        """Fetch the dailies that a ping points to."""
        rows = api.collect(http, self.api_url(config), payload.get("callbackURL"))
        return mapping.days(rows, str(payload.get("userId", "")))

    def backfill(
        self, http: HttpClient, config: ProviderConfig, *, first: date, last: date
    ) -> None:
        """Ask for the days before the consent; Garmin gives about a month, once."""
        del config
        api.backfill(http, first, last)

    def leave(self, http: HttpClient, config: ProviderConfig, *, account_id: str) -> None:
        """End the registration of the person who holds the token."""
        del config, account_id
        api.leave(http)


PROVIDER: Final[OAuthProvider] = Garmin()
