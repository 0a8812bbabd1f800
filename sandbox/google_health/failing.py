"""Scripted failures in Google's words, for the API and for the OAuth endpoints."""

from collections.abc import Callable

from werkzeug.wrappers import Response

from sandbox.consent_page import error_page
from sandbox.faults import Fault
from sandbox.google_health.api import retry_after
from sandbox.google_health.errors import (
    ApiError,
    quota_exceeded,
    scope_missing,
    server_error,
    service_disabled,
    unauthenticated,
)
from sandbox.google_health.oauth import OAuthError, invalid_client, invalid_grant
from sandbox.world import World

HTTP_DATE_SECONDS = 29


def failed(world: World, fault: Fault, group: str) -> Response:
    """The answer of a call that fails."""
    if group == "api":
        return _api_error(world, fault).response()
    if group == "oauth":
        return _oauth_error(world, fault)
    return error_page("temporarily_unavailable", f"Scripted failure: {fault.kind}")


def _headers(world: World, fault: Fault) -> dict[str, str]:
    style = fault.retry_after or world.knobs.now.retry_after
    return retry_after(world, style, HTTP_DATE_SECONDS)


def _api_error(world: World, fault: Fault) -> ApiError:
    if fault.kind in ("500", "502", "503", "504"):
        error = server_error(int(fault.kind))
        if fault.retry_after:
            error.headers = _headers(world, fault)
        return error
    if fault.kind == "429":
        return quota_exceeded(_headers(world, fault))
    if fault.kind in ("400", "403", "404", "410"):
        return ApiError(int(fault.kind), f"Scripted failure: {fault.kind}")
    makers: dict[str, Callable[[], ApiError]] = {
        "403_service_disabled": service_disabled,
        "403_scope": lambda: scope_missing(world.knobs.now.scope_error_reason),
    }
    return makers.get(fault.kind, unauthenticated)()


def _oauth_error(world: World, fault: Fault) -> Response:
    if fault.kind in ("500", "502", "503", "504"):
        return OAuthError("internal_failure", "Backend Error", status=int(fault.kind)).response()
    if fault.kind == "429":
        response = OAuthError("rate_limit_exceeded", "Rate Limit Exceeded", status=429).response()
        response.headers.update(_headers(world, fault))
        return response
    if fault.kind == "invalid_grant":
        return invalid_grant().response()
    return invalid_client().response()
