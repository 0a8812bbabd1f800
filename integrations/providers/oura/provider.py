"""Oura as a provider: the Oura API v2 behind Oura's consent page.

Source: the published Oura API v2 description, and integrators' code for the revocation.
"""

from collections.abc import Mapping
from datetime import datetime
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
)
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.providers.oura import api, failures, subscriptions, webhooks

DAILY = "daily"


class Oura:
    """Day totals as the Oura app shows them.

    Settings: ``SCOPES`` (``daily``; ``daily personal`` where Oura tells the member's id only with
    it), ``API_URL``, ``AUTHORIZE_URL``, ``TOKEN_URL`` and ``REVOKE_URL``.
    """

    slug = "oura"
    name = "Oura"
    kind = ProviderKind.OAUTH
    status = ProviderStatus.AVAILABLE
    note = "Sign in with your Oura account; reading steps needs an active Oura membership."
    capabilities = Capabilities(webhooks=True, devices=False, hourly=False, history_days=None)
    successor = ""

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """Revoking takes the access token, in the query."""
        values = config.values
        more = [word for word in values.get("scopes", "").split() if word != DAILY]
        return OAuthEndpoints(
            authorize_url=values.get("authorize_url", "https://cloud.ouraring.com/oauth/authorize"),
            token_url=values.get("token_url", "https://api.ouraring.com/oauth/token"),
            revoke_url=values.get("revoke_url", "https://api.ouraring.com/oauth/revoke"),
            revoke_query="access_token",
            scopes=(DAILY, *more),
            required_scopes=frozenset({DAILY}),
            optional_permissions=dict.fromkeys(more, "profile"),
            pkce=False,
        )

    def api_url(self, config: ProviderConfig) -> str:
        """Oura's host, unless the operator names a stand-in."""
        return config.values.get("api_url", "https://api.ouraring.com")

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Read Oura's statuses."""
        return failures.classify(status, body, headers)

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """Ask for the member's id."""
        del config, token_account
        return api.identity(http)

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Read the days; Oura tells no hourly steps and no zone."""
        del config, granted_scopes
        return Fetched(days=tuple(api.day_totals(http, window.first, window.last)))

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Answer the challenge, or read an event."""
        del documents
        return webhooks.hear(call, config)

    def subscribe(
        self, http: HttpClient, config: ProviderConfig, *, webhook_url: str, now: datetime
    ) -> None:
        """Keep the application's webhook subscriptions alive."""
        subscriptions.keep(http, config, webhook_url, now)


PROVIDER: Final[OAuthProvider] = Oura()
