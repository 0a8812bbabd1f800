"""The walk through a provider's consent page: out with a state, back with a connection."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from integrations import oauth, registry, revocations
from integrations.calls import client_for
from integrations.contract import Identity, OAuthEndpoints, ProviderStatus
from integrations.errors import (
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    Rejected,
    Unauthorized,
    Withheld,
)
from integrations.linking import Connected, ConnectRefused, Permissions, link
from integrations.models import Connection, OAuthAttempt
from users.models import User

ATTEMPT_LIFETIME = timedelta(minutes=10)
ATTEMPT_MEMORY = timedelta(days=1)

# What the redirect's ``error`` (RFC 6749, 4.1.2.1) means for the person; the rest is oauth_failed.
REDIRECT_ERRORS = {
    "access_denied": "access_denied",
    "server_error": "provider_unavailable",
    "temporarily_unavailable": "provider_unavailable",
    "unauthorized_client": "app_misconfigured",
    "invalid_scope": "app_misconfigured",
    "invalid_request": "app_misconfigured",
    "unsupported_response_type": "app_misconfigured",
}
# What the person can do something about before connecting once more.
THEIRS_TO_SETTLE = {
    "account_not_linked",
    "account_profile_missing",
    "scope_missing",
    "reconsent_required_migration",
    "provider_consent_incomplete",
}
NOT_OFFERED = {
    ProviderStatus.RETIRED: "provider_retired",
    ProviderStatus.DISABLED: "provider_disabled_by_admin",
}


def begin_oauth(
    *,
    person: User,
    provider: str,
    return_to: str,
    connection: Connection | None = None,
    accept_other_account: bool = False,
    now: datetime,
) -> tuple[str, datetime]:
    """Start a walk: the consent URL, and until when the way back is open (ten minutes).

    ``provider`` is a slug. With ``connection`` only that connection's account will be accepted, or
    with ``accept_other_account`` any, if it waits to be moved (see ``integrations.linking``).
    ``return_to`` has to be allowed already. Raises ``ConnectRefused`` when the provider is not
    offered, and ``registry.UnknownProvider``.
    """
    config = registry.config_of(provider)
    endpoints = registry.oauth_provider(provider).endpoints(config)
    refuse_unless_offered(provider, return_to)
    walk = oauth.consent(
        endpoints, config, redirect_uri=_redirect_uri(provider), login_hint=person.email
    )
    with transaction.atomic():
        OAuthAttempt.objects.filter(expires_at__lt=now - ATTEMPT_MEMORY).delete()
        revocations.postpone(person_id=person.pk, provider=provider, now=now)
        attempt = OAuthAttempt.objects.create(
            state_hash=_hash(walk.state),
            person=person,
            provider=provider,
            connection=connection,
            code_verifier=walk.code_verifier,
            return_to=return_to,
            accept_other_account=accept_other_account,
            expires_at=now + ATTEMPT_LIFETIME,
        )
    return walk.url, attempt.expires_at


def complete_oauth(
    *, provider_slug: str, state: str, code: str, error: str, scope: str, now: datetime
) -> Connected:
    """Finish a walk with what the provider's redirect carried (a missing parameter is ``""``).

    Raises ``ConnectRefused`` and ``registry.UnknownProvider``. Not to be called in a transaction:
    the state is spent, durably, before the provider is asked.
    """
    endpoints = registry.oauth_provider(provider_slug).endpoints(registry.config_of(provider_slug))
    attempt = _spend(provider_slug, state, now)
    if error or not code:
        raise ConnectRefused(REDIRECT_ERRORS.get(error, "oauth_failed"), attempt.return_to)
    try:
        grant = _exchange(endpoints, attempt, code, now)
        identity = _identity(provider_slug, grant, now)
    except ProviderFailure as failure:
        raise ConnectRefused(refusal_of(failure), attempt.return_to) from None
    try:
        said = grant.scopes if identity.granted_scopes is None else identity.granted_scopes
        permissions = _permissions(endpoints, said, scope, attempt.return_to)
        return link(
            attempt=attempt, identity=identity, grant=grant, permissions=permissions, now=now
        )
    except ConnectRefused:
        revocations.queue_unless_connected(
            provider=provider_slug,
            account_id=identity.account_id,
            held=revocations.Held(
                access_token=grant.access_token,
                access_expires_at=grant.expires_at,
                refresh_token=grant.refresh_token,
            ),
            now=now,
        )
        raise


def refuse_unless_offered(provider: str, return_to: str = "") -> None:
    """Raise ``ConnectRefused`` unless new connections to the provider are offered."""
    code = NOT_OFFERED.get(registry.status_of(provider))
    if code:
        raise ConnectRefused(code, return_to)


def refusal_of(failure: ProviderFailure) -> str:
    """The code a person is shown when connecting ends in a provider's failure."""
    if isinstance(failure, Rejected | ProviderGone | Withheld):
        return failure.cause
    if isinstance(failure, Unauthorized) or not isinstance(failure, NeedsReconnect):
        return "provider_unavailable"
    return failure.cause if failure.cause in THEIRS_TO_SETTLE else "oauth_failed"


def _spend(provider: str, state: str, now: datetime) -> OAuthAttempt:
    """Use up the state; of two callbacks with the same one, the second finds it spent."""
    rows = OAuthAttempt.objects.filter(state_hash=_hash(state), provider=provider)
    spent = rows.filter(used_at=None, expires_at__gt=now).update(used_at=now)
    attempt = rows.first()
    if attempt is None or not spent:
        raise ConnectRefused("invalid_state", attempt.return_to if attempt else "")
    return attempt


def _exchange(
    endpoints: OAuthEndpoints, attempt: OAuthAttempt, code: str, now: datetime
) -> oauth.Grant:
    return oauth.exchange(
        endpoints,
        registry.config_of(attempt.provider),
        code=code,
        code_verifier=attempt.code_verifier,
        redirect_uri=_redirect_uri(attempt.provider),
        now=now,
    )


def _identity(slug: str, grant: oauth.Grant, now: datetime) -> Identity:
    provider, config = registry.oauth_provider(slug), registry.config_of(slug)
    http = client_for(provider, config, access_token=grant.access_token, now=now)
    return provider.identity(http, config, grant.account_id)


def _permissions(
    endpoints: OAuthEndpoints, said: frozenset[str] | None, scope: str, return_to: str
) -> Permissions:
    """The provider said what was granted, else the redirect did; silence means all of it."""
    granted = said
    if granted is None:
        granted = frozenset(scope.split()) or frozenset(endpoints.scopes)
    if not endpoints.required_scopes <= granted:
        raise ConnectRefused("scope_missing", return_to)
    optional = endpoints.optional_permissions.items()
    return Permissions(
        granted=sorted(granted),
        missing=[permission for scope_name, permission in optional if scope_name not in granted],
    )


def _redirect_uri(provider: str) -> str:
    return f"{settings.BASE_URL}/oauth/{provider}/callback"


def _hash(state: str) -> str:
    return sha256(state.encode(errors="replace")).hexdigest()
