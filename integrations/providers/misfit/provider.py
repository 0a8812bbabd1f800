"""Misfit as a provider: a code flow without refresh tokens, day totals, one tracker, SNS notices.

Sources: the vendor's pages "get started" and "API references" (build.misfit.com), and what the
public clients and importers of the time relied on. ``docs/providers/misfit.md`` says what is sure.
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
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.providers.misfit import api, failures, webhooks
from integrations.side_questions import if_possible

HOST = "https://api.misfitwearables.com"
# The vendor calls scopes a placeholder: these three have always stood for everything.
SCOPES = ("public", "birthday", "email")


class Misfit:
    """Day totals by the person's own dates, and the tracker; no hours, no time zone.

    Settings: ``API_URL``, ``AUTHORIZE_URL``, ``TOKEN_URL``; for notices ``TOPIC_ARNS`` (comma list,
    none means no notice is accepted), ``SNS_URL`` (another place for certificates and
    confirmations) and ``PORTAL_TEST_UNTIL`` (see ``webhooks``).
    """

    slug = "misfit"
    name = "Misfit"
    kind = ProviderKind.OAUTH
    status = ProviderStatus.RETIRED
    note = "Misfit has closed its app. Your days stay; connect another tracker to go on counting."
    capabilities = Capabilities(
        webhooks=True,
        devices=True,
        hourly=False,
        history_days=None,
        quotas=(Quota(scope=QuotaScope.ACCOUNT, calls=150, seconds=3600),),
    )
    successor = "fitbit"

    def endpoints(self, config: ProviderConfig) -> OAuthEndpoints:
        """Scopes joined by commas, our secret in the body, no PKCE; nothing can be revoked."""
        values = config.values
        return OAuthEndpoints(
            authorize_url=values.get("authorize_url", f"{HOST}/auth/dialog/authorize"),
            token_url=values.get("token_url", f"{HOST}/auth/tokens/exchange"),
            revoke_url=None,
            scopes=SCOPES,
            required_scopes=frozenset(SCOPES),
            scope_separator=",",
            pkce=False,
            token_error=failures.token_error,
        )

    def api_url(self, config: ProviderConfig) -> str:
        """The vendor's host, unless the operator names a stand-in."""
        return config.values.get("api_url", HOST)

    def classify(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Read what the status does not say by itself."""
        return failures.classify(status, body, headers)

    def identity(
        self, http: HttpClient, config: ProviderConfig, token_account: str | None
    ) -> Identity:
        """Ask the profile: the token answer names nobody."""
        del config, token_account
        return api.identity(http)

    def fetch(
        self,
        http: HttpClient,
        config: ProviderConfig,
        window: FetchWindow,
        granted_scopes: frozenset[str],
    ) -> Fetched:
        """Read the days, and the tracker where it is wanted and as far as it comes."""
        del config, granted_scopes
        days = api.day_totals(http, window.first, window.last)
        missed: list[ProviderFailure] = []
        devices = if_possible(lambda: api.devices(http), missed) if window.devices else None
        return Fetched(days=tuple(days), devices=devices, missed=tuple(missed))

    def hear(self, call: WebhookCall, config: ProviderConfig, documents: PublicDocuments) -> Heard:
        """Verify and read a message of Amazon SNS."""
        return webhooks.hear(call, config, documents)


PROVIDER: Final[OAuthProvider] = Misfit()
