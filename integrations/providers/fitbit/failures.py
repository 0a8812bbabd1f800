"""What the Google Health API means by its error answers. Pure.

Errors are ``{"error": {"code", "message", "status", "details": [{"reason": ...}]}}``. The HTTP
status and ``reason`` decide, never the prose. Source: developers.google.com/health, pages "errors"
and "troubleshooting"; the reasons were seen live by several integrators.
"""

from collections.abc import Iterator, Mapping

from integrations.errors import (
    DENIED_EVERYWHERE,
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
)

# The person's Google account never signed in to the Google Health app. Common with work accounts.
NOT_LINKED = "account_not_linked"
# It did sign in, but never finished setting up its profile there.
NO_PROFILE = "account_profile_missing"

REASONS: dict[str, tuple[type[ProviderFailure], str]] = {
    "ACCOUNT_NOT_LINKED": (NeedsReconnect, NOT_LINKED),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (NeedsReconnect, "scope_missing"),
    "MISSING_OAUTH_SCOPE": (NeedsReconnect, "scope_missing"),
    "RESOURCE_PERMISSION_DENIED": (NeedsReconnect, DENIED_EVERYWHERE),
    "CREDENTIALS_MISSING": (Rejected, "app_misconfigured"),
    "SERVICE_DISABLED": (Rejected, "app_misconfigured"),
    "USER_PROJECT_DENIED": (Rejected, "app_misconfigured"),
    "RATE_LIMIT_EXCEEDED": (RateLimited, "provider_rate_limited_user"),
}


def classify(status: int, body: object, headers: Mapping[str, str]) -> ProviderFailure | None:
    """Name the failure, or None where the HTTP status alone says enough (401, 429, 5xx, ...)."""
    del headers  # Google documents none that matter; Retry-After is read by the general rules
    if status == 410:
        return ProviderGone("the interface has ended", cause="provider_retired")
    if status == 412:
        return NeedsReconnect("no Google Health profile yet", cause=NO_PROFILE)
    if status not in {400, 401, 403}:
        return None
    for reason in _reasons(body):
        if reason in REASONS:
            failure, cause = REASONS[reason]
            return failure(f"answered {status} {reason}", cause=cause)
    return _unmoved_account(status, body)


def _unmoved_account(status: int, body: object) -> ProviderFailure | None:
    """A Fitbit account that was not moved to Google yet; only the message tells it apart."""
    if status == 403 and "UberMint" in str(_field(_field(body, "error"), "message")):
        return NeedsReconnect(
            "the account has not been moved", cause="reconsent_required_migration"
        )
    return None


def _reasons(body: object) -> Iterator[str]:
    details = _field(_field(body, "error"), "details")
    for detail in details if isinstance(details, list) else []:
        reason = _field(detail, "reason")
        if isinstance(reason, str):
            yield reason


def _field(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None
