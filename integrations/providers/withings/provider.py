"""Withings as a provider: day totals with the account's zone, and unsigned hints by webhook.

Source: developer.withings.com (OAuth 2.0, ``measure``, ``notify``, request signatures).
``docs/providers/withings.md`` says what is sure.
"""

from collections.abc import Mapping
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
from integrations.errors import BadPayload, ProviderFailure
from integrations.http import HttpClient
from integrations.providers.withings import api, failures, notices, subscriptions

ACTIVITY = "user.activity"
API = "https://wbsapi.withings.net"


class Withings:
    """Day totals as Withings files them under the person's own dates.

    Settings: ``API_URL``, ``AUTHORIZE_URL``, ``TOKEN_URL``. An operator without a client id has
    it disabled.
    """

    slug = "withings"
    name = "Withings"
    kind = ProviderKind.OAUTH
    status = ProviderStatus.AVAILABLE
    note = "Sign in with the account that you use in the Withings app."
    capabilities = Capabilities(
        webhooks=True,
        devices=False,
        hourly=False,
        history_days=None,
        quotas=(Quota(scope=QuotaScope.APP, calls=120, seconds=60),),
    )
    successor = ""

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """Tokens come in an envelope and name the account; refusals stand inside a success."""
        values = config.values
        return OAuthEndpoints(
            authorize_url=values.get(
                "authorize_url", "https://account.withings.com/oauth2_user/authorize2"
            ),
            token_url=values.get("token_url", f"{API}/v2/oauth2"),
            revoke_url=None,
            scopes=(ACTIVITY,),
            required_scopes=frozenset({ACTIVITY}),
            token_params={"action": "requesttoken"},
            token_envelope="body",  # noqa: S106 - the member that wraps the answer
            account_member="userid",
            scope_separator=",",
            pkce=False,
            token_error=failures.token_error,
        )

    def api_url(self, config: ProviderConfig) -> str:
        """The vendor's host, unless the operator names a stand-in."""
        return config.values.get("api_url", API)

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Leave HTTP statuses to the general rules: Withings' own errors stand inside a 200."""
        del status, body, headers
        return None

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """Take the account that the token answer named."""
        del http, config
        if not token_account:
            raise BadPayload("the token answer names no account")
        return Identity(account_id=token_account, label=f"Withings \u2026{token_account[-4:]}")

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Read the days; the zone comes with them."""
        del config, granted_scopes
        return api.activity(http, window.first, window.last)

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Read a hint that something changed."""
        del documents
        return notices.hear(call, config)

    def join(
        self, http: HttpClient, config: ProviderConfig, *, account_id: str, webhook_url: str
    ) -> None:
        """Subscribe to changes of the account."""
        subscriptions.subscribe(http, notices.address_for(webhook_url, account_id, config))

    def leave(self, http: HttpClient, config: ProviderConfig, *, account_id: str) -> None:
        """End the grant, which drops the subscriptions, too."""
        subscriptions.revoke(http, config, account_id)


PROVIDER: Final[OAuthProvider] = Withings()
