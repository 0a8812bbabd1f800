"""The consent walk and the life of tokens (OAuth 2.0 code flow with PKCE), over requests-oauthlib.

Three traps of the library are avoided here. Its session never learns the requested scopes, because
a grant of fewer scopes would then be raised as a ``Warning`` (unless a process-wide environment
variable is set) and a refresh would repeat scopes that were not granted. Every answer is judged
before the library parses it. And its DEBUG log lines, which print tokens, are switched off.
"""

import logging
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import requests
from oauthlib.oauth2 import InsecureTransportError, OAuth2Error
from requests_oauthlib import OAuth2Session

from integrations.contract import OAuthEndpoints, ProviderConfig
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
    Transient,
)
from integrations.http import (
    Limits,
    adapter_for,
    decode,
    failure_to_talk,
    origin_of,
    session_for,
)
from integrations.statuses import failure_of

# A refresh holds a row lock and a database connection while it waits: keep its bounds tight.
LIMITS = Limits(silence_seconds=8.0, total_seconds=10.0, body_bytes=64 * 1024)
TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
USUAL_LIFETIME = timedelta(hours=1)
ENDLESS_LIFETIME = timedelta(days=3650)

for _name in ("requests_oauthlib", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A consent page to send a person to, and the two secrets to recognise the way back by."""

    url: str
    state: str
    code_verifier: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Grant:
    """What a token endpoint gave. ``scopes`` is None when it did not say (RFC 6749: as asked)."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime
    refresh_expires_at: datetime | None
    scopes: frozenset[str] | None


def consent(
    endpoints: OAuthEndpoints, config: ProviderConfig, *, redirect_uri: str, login_hint: str
) -> Consent:
    """Make a consent URL with fresh ``state`` and a PKCE S256 challenge."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    session = OAuth2Session(
        config.client_id, redirect_uri=redirect_uri, scope=list(endpoints.scopes)
    )
    url, _ = session.authorization_url(
        endpoints.authorize_url,
        state,
        code_challenge=challenge,
        code_challenge_method="S256",
        login_hint=login_hint,
        **endpoints.authorize_params,
    )
    return Consent(url=url, state=state, code_verifier=verifier)


def exchange(
    endpoints: OAuthEndpoints,
    config: ProviderConfig,
    *,
    code: str,
    code_verifier: str,
    redirect_uri: str,
    now: datetime,
) -> Grant:
    """Trade the code of a consent for tokens.

    Raises the failures of ``integrations.errors``. A refused code (too old, used before, wrong
    verifier) is ``Rejected`` with cause ``oauth_failed``: nobody's consent was withdrawn.
    """
    session = _session(config, endpoints.token_url, redirect_uri)
    refused = Rejected("the token endpoint refused the code", cause="oauth_failed")
    session.register_compliance_hook("access_token_response", _Judge(now, refused))
    token = _talk(
        session.fetch_token,
        endpoints.token_url,
        code=code,
        code_verifier=code_verifier,
        include_client_id=True,
        client_secret=config.client_secret,
        timeout=LIMITS.timeout,
    )
    return _grant(token, now)


def refresh(
    endpoints: OAuthEndpoints, config: ProviderConfig, *, refresh_token: str, now: datetime
) -> Grant:
    """Trade a refresh token for a new access token; the old refresh token is kept if none comes.

    Raises the failures of ``integrations.errors``: ``NeedsReconnect`` only for ``invalid_grant``,
    and ``Rejected`` for what the operator has to mend.
    """
    session = _session(config, endpoints.token_url, None)
    dead = NeedsReconnect("the token endpoint refused the refresh token", cause="consent_revoked")
    session.register_compliance_hook("refresh_token_response", _Judge(now, dead))
    token = _talk(
        session.refresh_token,
        endpoints.token_url,
        refresh_token=refresh_token,
        client_id=config.client_id,
        client_secret=config.client_secret,
        timeout=LIMITS.timeout,
    )
    return _grant(token, now)


def revoke(revoke_url: str, *, token: str, now: datetime) -> None:
    """Withdraw a grant upstream. A token that is dead already (400) counts as revoked.

    Raises ``Transient``, ``RateLimited``, ``BadPayload``, ``Rejected`` or ``ProviderGone``.
    """
    failure: ProviderFailure | None
    try:
        response = session_for(revoke_url, LIMITS).post(
            revoke_url, data={"token": token}, timeout=LIMITS.timeout, allow_redirects=False
        )
    except requests.RequestException as error:
        failure = failure_to_talk(error, "revocation")
    else:
        dead = response.status_code == 400
        failure = (
            None if dead else failure_of(response.status_code, response.headers, now, "revoke")
        )
    if failure:
        raise failure


class _Judge:
    """Decides on an answer of the token endpoint before the library reads it."""

    def __init__(self, now: datetime, invalid_grant: ProviderFailure) -> None:
        self._now = now
        self._invalid_grant = invalid_grant

    def __call__(self, response: requests.Response) -> requests.Response:
        body = decode(response.content)
        failure = self._failure(response, body if isinstance(body, dict) else {})
        if failure:
            raise failure
        return response

    def _failure(self, response: requests.Response, body: dict[str, Any]) -> ProviderFailure | None:
        """Branch on ``error`` alone: descriptions are prose and change."""
        failure = failure_of(response.status_code, response.headers, self._now, "token endpoint")
        if isinstance(failure, Transient):
            return Transient(failure.detail, cause="token_expired_temporary")
        if isinstance(failure, RateLimited | ProviderGone):
            return failure
        error = body.get("error")
        if error == "invalid_grant":
            return self._invalid_grant
        if error in ("temporarily_unavailable", "server_error"):
            return Transient("token endpoint is unavailable", cause="token_expired_temporary")
        if error or isinstance(failure, NeedsReconnect):
            return Rejected(f"the token endpoint refused our client: {_word(error)}")
        return failure or _defect(body)


def _defect(body: dict[str, Any]) -> BadPayload | None:
    """What is wrong with a claimed success; a proxy may answer 200 with a page of its own."""
    if not _is_token(body.get("access_token")):
        return BadPayload("the token endpoint gave no access token")
    if body.get("refresh_token") is not None and not _is_token(body["refresh_token"]):
        return BadPayload("the token endpoint gave an unusable refresh token")
    if not isinstance(body.get("scope", ""), str):
        return BadPayload("the token endpoint gave unusable scopes")
    return None


def _is_token(value: object) -> bool:
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def _word(error: object) -> str:
    known = isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error)
    return str(error) if known else "no error code"


def _session(config: ProviderConfig, url: str, redirect_uri: str | None) -> OAuth2Session:
    """A session for one call: the library keeps tokens on it, so only the connection is reused."""
    session = OAuth2Session(config.client_id, redirect_uri=redirect_uri)
    session.max_redirects = 0  # a redirect would carry the client secret somewhere else
    session.mount(origin_of(url), adapter_for(url, LIMITS))
    return session


def _talk(call: Any, url: str, **parameters: Any) -> dict[str, Any]:
    failure: ProviderFailure
    try:
        return dict(call(url, **parameters))
    except requests.RequestException as error:
        failure = failure_to_talk(error, "token endpoint")
    except InsecureTransportError:
        failure = Rejected("the token endpoint is not https")
    except (OAuth2Error, ValueError) as error:
        failure = BadPayload(f"the token endpoint's answer is unusable: {type(error).__name__}")
    if isinstance(failure, Transient):
        failure = Transient(failure.detail, cause="token_expired_temporary")
    raise failure


def _grant(token: dict[str, Any], now: datetime) -> Grant:
    refresh_token = token.get("refresh_token")
    # Without a refresh token and without a lifetime, only a 401 tells when the token has died.
    assumed = USUAL_LIFETIME if refresh_token else ENDLESS_LIFETIME
    refresh_seconds = _seconds(token.get("refresh_token_expires_in"))
    return Grant(
        access_token=token["access_token"],
        refresh_token=refresh_token,
        expires_at=now + (_seconds(token.get("expires_in")) or assumed),
        refresh_expires_at=now + refresh_seconds if refresh_seconds else None,
        scopes=_scopes(token.get("scope")),
    )


def _seconds(value: object) -> timedelta | None:
    """A lifetime given as a number or as digits in a string; anything else is no statement."""
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,18}", text):
        return None
    return min(timedelta(seconds=min(int(text), 10**9)), ENDLESS_LIFETIME)


def _scopes(value: object) -> frozenset[str] | None:
    return frozenset(filter(None, value)) if isinstance(value, list) else None
