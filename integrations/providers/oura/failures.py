"""What the Oura API means by its error answers. Pure.

Source: the published Oura API v2 description. A 403 means either that a permission is missing or
that the member no longer pays for the ring's subscription; the token is good in both cases.
"""

from collections.abc import Mapping

from integrations.errors import NeedsReconnect, ProviderFailure, RateLimited, Withheld


def classify(status: int, body: object, headers: Mapping[str, str]) -> ProviderFailure | None:
    """Name the failure, or None where the HTTP status alone says enough."""
    if status == 403:
        return _forbidden(body)
    if status == 429 and "app" in _header(headers, "X-RateLimit-Tier").lower():
        return RateLimited("the application is limited", cause="provider_rate_limited_app")
    return None


def _forbidden(body: object) -> ProviderFailure:
    """Days are asked for only with the permission to read them, so the subscription is at fault
    unless the answer speaks of scopes. It heals by itself once the member pays again.
    """
    if "scope" in str(body).lower():
        return NeedsReconnect("the token lacks a scope", cause="scope_missing")
    return Withheld("the member's subscription has lapsed")


def _header(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name) or ""
