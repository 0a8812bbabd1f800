"""The token and revocation endpoints (RFC 6749, in Google's words)."""

from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.clients import Client
from sandbox.google_health import service_accounts
from sandbox.google_health.errors import json_response
from sandbox.google_health.issuing import issue_access, issue_refresh
from sandbox.google_health.scopes import read, written
from sandbox.grants import Token
from sandbox.world import World


class OAuthError(Exception):
    """An answer {"error", "error_description"}; callers branch on `error`."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        """The error as an HTTP answer."""
        body = {"error": self.error, "error_description": self.description}
        return json_response(body, status=self.status)


def invalid_client() -> OAuthError:
    """401 for a wrong client secret: the operator's mistake."""
    return OAuthError("invalid_client", "The provided client secret is invalid.", status=401)


def invalid_grant() -> OAuthError:
    """400 for a refresh token that expired or was revoked."""
    return OAuthError("invalid_grant", "Token has been expired or revoked.")


def token(world: World, request: Request) -> Response:
    """POST /token: exchange a code, refresh, or a service account's signed request."""
    grant_type = request.form.get("grant_type", "")
    if grant_type == service_accounts.GRANT_TYPE:
        return json_response(_service_account(world, request))
    if grant_type not in ("authorization_code", "refresh_token"):
        error = "unsupported_grant_type" if grant_type else "invalid_request"
        raise OAuthError(error, f"Invalid grant_type: {grant_type}")
    client = _client(world, request)
    if grant_type == "refresh_token":
        return json_response(_refresh(world, client, request))
    return json_response(_exchange(world, client, request))


def _service_account(world: World, request: Request) -> dict[str, Any]:
    address = f"{request.host_url}google/token"
    body = service_accounts.exchange(world, request.form.get("assertion", ""), address)
    if body is None:
        raise OAuthError("invalid_grant", "Invalid JWT Signature.")
    return body


def _client(world: World, request: Request) -> Client:
    basic = request.authorization
    client_id = request.form.get("client_id") or (basic.username if basic else None) or ""
    secret = request.form.get("client_secret") or (basic.password if basic else None) or ""
    client = world.clients.get(client_id)
    if client is None:
        raise OAuthError("invalid_client", "The OAuth client was not found.", status=401)
    if not client.has_secret(secret):
        raise invalid_client()
    return client


def _exchange(world: World, client: Client, request: Request) -> dict[str, Any]:
    now = world.clock.timestamp()
    code = world.grants.code(request.form.get("code", ""))
    if code is None or code.client_id != client.client_id or code.expires_at <= now:
        raise OAuthError("invalid_grant", "Malformed auth code.")
    if request.form.get("redirect_uri") != code.redirect_uri:
        raise OAuthError("redirect_uri_mismatch", "Bad Request")
    if not code.is_proved_by(request.form.get("code_verifier", "")):
        raise OAuthError("invalid_grant", "Invalid code verifier.")
    if not world.grants.use_code(code.code):
        raise OAuthError("invalid_grant", "Malformed auth code.")
    return issue(world, code.email, client.client_id, code.scopes, offline=code.offline)


def issue(
    world: World, email: str, client_id: str, scopes: frozenset[str], *, offline: bool
) -> dict[str, Any]:
    """The token answer after a consent; with a refresh token when `offline`."""
    now = world.clock.timestamp()
    grant_id = world.grants.open_grant(email, client_id)
    body = _access(world, grant_id, scopes, now)
    if offline:
        testing = _testing(world, email)
        body["refresh_token"] = issue_refresh(world, grant_id, scopes, now, testing=testing)
        if testing:
            body["refresh_token_expires_in"] = world.knobs.now.refresh_token_seconds_in_testing
    return body


def _access(world: World, grant_id: int, scopes: frozenset[str], now: float) -> dict[str, Any]:
    return {
        "access_token": issue_access(world, grant_id, scopes, now),
        "expires_in": world.knobs.now.access_token_seconds,
        "scope": written(scopes),
        "token_type": "Bearer",
    }


def _testing(world: World, email: str) -> bool:
    person = world.people.get(email)
    return person is not None and person.testing


def _refresh(world: World, client: Client, request: Request) -> dict[str, Any]:
    text = request.form.get("refresh_token", "")
    now = world.clock.timestamp()
    held = _live_refresh_token(world, client, text, now)
    wanted = read(request.form.get("scope", "")) or held.scopes
    if not wanted <= held.scopes:
        raise OAuthError("invalid_scope", "Some requested scopes were not granted.")
    body = _access(world, held.grant_id, wanted, now)
    if world.knobs.now.rotate_refresh_tokens:
        held = _successor(world, held, now)
        body["refresh_token"] = held.token
    if held.expires_at is not None:
        body["refresh_token_expires_in"] = int(held.expires_at - now)
    return body


def _live_refresh_token(world: World, client: Client, text: str, now: float) -> Token:
    if not text.startswith("1//"):
        raise OAuthError("invalid_grant", "Bad Request")
    held = world.grants.token(text)
    if held is None or held.kind != "refresh" or not held.works_at(now):
        raise invalid_grant()
    if held.client_id != client.client_id:
        raise OAuthError("invalid_grant", "Bad Request")
    return held


def _successor(world: World, held: Token, now: float) -> Token:
    """The next refresh token, the old one dead; of two callers at once only one gets it."""
    testing = _testing(world, held.email)
    with world.store.transaction():
        if not world.grants.end_token(held.token):
            raise invalid_grant()
        text = issue_refresh(world, held.grant_id, held.scopes, now, testing=testing)
        successor = world.grants.token(text)
    if successor is None:
        raise invalid_grant()
    return successor


def revoke(world: World, request: Request) -> Response:
    """POST /revoke: either token of a grant ends the whole grant."""
    held = world.grants.token(request.values.get("token", ""))
    if held is None or not held.works_at(world.clock.timestamp()):
        raise OAuthError("invalid_token", "Token expired or revoked")
    world.grants.end_grant(held.grant_id)
    return Response(b"", mimetype="application/json")


def caller(world: World, request: Request) -> str | None:
    """Whom a token or revocation request is about, whether or not it will succeed."""
    code = world.grants.code(request.form.get("code", ""))
    if code is not None:
        return code.email
    shown = request.form.get("refresh_token") or request.values.get("token", "")
    held = world.grants.token(shown)
    return None if held is None else held.email
