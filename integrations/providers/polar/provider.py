"""Polar as a provider: AccessLink v3 behind Polar Flow's consent page.

Source: the published AccessLink v3 description, and integrators' code for the OAuth walk.
"""

from collections.abc import Mapping
from typing import Final

from integrations.abilities import Heard, PublicDocuments, WebhookCall
from integrations.contract import (
    Capabilities,
    ClientAuth,
    Fetched,
    FetchWindow,
    Identity,
    OAuthEndpoints,
    OAuthProvider,
    ProviderConfig,
    ProviderKind,
    ProviderStatus,
)
from integrations.errors import BadPayload, ProviderFailure
from integrations.http import HttpClient
from integrations.providers.polar import api, failures, webhooks

SCOPE = "accesslink.read_all"


class Polar:
    """Day totals as Polar Flow shows them.

    Settings: ``WEBHOOK_SECRET`` (the ``signature_secret_key`` that Polar shows once when the
    webhook is made), ``API_URL``, ``AUTHORIZE_URL`` and ``TOKEN_URL``.
    """

    slug = "polar"
    name = "Polar"
    kind = ProviderKind.OAUTH
    status = ProviderStatus.AVAILABLE
    note = "Sign in with your Polar Flow account."
    capabilities = Capabilities(webhooks=True, devices=False, hourly=False, history_days=365)
    successor = ""

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """The client proves itself in a Basic header; the token answer names the account."""
        values = config.values
        return OAuthEndpoints(
            authorize_url=values.get(
                "authorize_url", "https://flow.polar.com/oauth2/authorization"
            ),
            token_url=values.get("token_url", "https://polarremote.com/v2/oauth2/token"),
            revoke_url=None,
            scopes=(SCOPE,),
            required_scopes=frozenset({SCOPE}),
            account_member="x_user_id",
            pkce=False,
            client_auth=ClientAuth.BASIC,
        )

    def api_url(self, config: ProviderConfig) -> str:
        """Polar's host, unless the operator names a stand-in."""
        return config.values.get("api_url", "https://www.polaraccesslink.com")

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Read Polar's statuses."""
        return failures.classify(status, body, headers)

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """The token answer has named the account; no call is possible before joining."""
        del http, config
        if not token_account or not token_account.isdecimal():
            raise BadPayload("the token answer names no Polar user")
        return Identity(account_id=token_account, label=f"Polar \u2026{token_account[-4:]}")

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Read the days; Polar tells neither hours that can be placed, nor devices, nor a zone."""
        del config, granted_scopes
        return Fetched(days=tuple(api.day_totals(http, window.first, window.last)))

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Read an event."""
        del documents
        return webhooks.hear(call, config)

    def join(
        self, http: HttpClient, config: ProviderConfig, *, account_id: str, webhook_url: str
    ) -> None:
        """Register the person, as Polar wants before any data flows."""
        del config, webhook_url
        api.join(http, account_id)

    def leave(self, http: HttpClient, config: ProviderConfig, *, account_id: str) -> None:
        """End the registration, which withdraws the token, too."""
        del config
        api.leave(http, account_id)


PROVIDER: Final[OAuthProvider] = Polar()
