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
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import requests
from oauthlib.oauth2 import InsecureTransportError, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from integrations.bounds import Limits
from integrations.contract import ClientAuth, OAuthEndpoints, ProviderConfig
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    ProviderFailure,
    Rejected,
    Transient,
)
from integrations.pools import origin_of
from integrations.sessions import adapter_for, failure_to_talk, session_for
from integrations.statuses import failure_of
from integrations.token_answers import Judge

# A refresh holds a row lock and a database connection while it waits: keep its bounds tight.
LIMITS = Limits(silence_seconds=8.0, total_seconds=10.0, body_bytes=64 * 1024)
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
    """What a token endpoint gave.

    ``scopes`` is None when it did not say (RFC 6749: as asked), ``account_id`` when it named none.
    """

    access_token: str
    refresh_token: str | None
    expires_at: datetime
    refresh_expires_at: datetime | None
    scopes: frozenset[str] | None
    account_id: str | None = None


def consent(
    endpoints: OAuthEndpoints, config: ProviderConfig, *, redirect_uri: str, login_hint: str
) -> Consent:
    """Make a consent URL with a fresh ``state`` and, where understood, a PKCE S256 challenge."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    parameters = dict(endpoints.authorize_params)
    if endpoints.pkce:
        parameters |= {"code_challenge": _challenge(verifier), "code_challenge_method": "S256"}
    if endpoints.login_hint:
        parameters["login_hint"] = login_hint
    asked = endpoints.scopes if endpoints.asks_scopes else ()
    scope = endpoints.scope_separator.join(asked) or None
    session = OAuth2Session(config.client_id, redirect_uri=redirect_uri, scope=scope)
    url, _ = session.authorization_url(endpoints.authorize_url, state, **parameters)
    return Consent(url=url, state=state, code_verifier=verifier)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


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
    judge = Judge(endpoints, now, refused)
    session.register_compliance_hook("access_token_response", judge)
    verifier = {"code_verifier": code_verifier} if endpoints.pkce else {}
    token = _talk(
        session.fetch_token,
        endpoints.token_url,
        code=code,
        include_client_id=endpoints.client_auth == ClientAuth.BODY,
        timeout=LIMITS.timeout,
        **verifier,
        **_client(endpoints, config),
        **endpoints.token_params,
    )
    return _grant(token, judge.answer, endpoints, now)


def refresh(
    endpoints: OAuthEndpoints, config: ProviderConfig, *, refresh_token: str, now: datetime
) -> Grant:
    """Trade a refresh token for a new access token; the old refresh token is kept if none comes.

    Raises the failures of ``integrations.errors``: ``NeedsReconnect`` only for ``invalid_grant``,
    and ``Rejected`` for what the operator has to mend.
    """
    session = _session(config, endpoints.token_url, None)
    dead = NeedsReconnect("the token endpoint refused the refresh token", cause="consent_revoked")
    judge = Judge(endpoints, now, dead)
    session.register_compliance_hook("refresh_token_response", judge)
    in_body = endpoints.client_auth == ClientAuth.BODY
    token = _talk(
        session.refresh_token,
        endpoints.token_url,
        refresh_token=refresh_token,
        timeout=LIMITS.timeout,
        **({"client_id": config.client_id} if in_body else {}),
        **_client(endpoints, config),
        **endpoints.token_params,
    )
    return _grant(token, judge.answer, endpoints, now)


def _client(endpoints: OAuthEndpoints, config: ProviderConfig) -> dict[str, Any]:
    """How our secret travels: in the form, or with the id in a Basic header."""
    if endpoints.client_auth == ClientAuth.BASIC:
        return {"auth": HTTPBasicAuth(config.client_id, config.client_secret)}
    return {"client_secret": config.client_secret}


def revoke(revoke_url: str, *, token: str, now: datetime, query: str = "") -> None:
    """Withdraw a grant upstream. A token that is dead already (400) counts as revoked.

    With ``query`` the token travels in that query parameter instead of the form.

    Raises ``Transient``, ``RateLimited``, ``BadPayload``, ``Rejected`` or ``ProviderGone``.
    """
    failure: ProviderFailure | None
    try:
        response = session_for(revoke_url, LIMITS).post(
            revoke_url,
            params={query: token} if query else None,
            data=None if query else {"token": token},
            timeout=LIMITS.timeout,
            allow_redirects=False,
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


def _grant(
    token: dict[str, Any], answer: Mapping[str, Any], endpoints: OAuthEndpoints, now: datetime
) -> Grant:
    refresh_token = token.get("refresh_token")
    # Without a refresh token and without a lifetime, only a 401 tells when the token has died.
    assumed = USUAL_LIFETIME if refresh_token else ENDLESS_LIFETIME
    refresh_seconds = _seconds(token.get("refresh_token_expires_in"))
    account = answer.get(endpoints.account_member) if endpoints.account_member else None
    return Grant(
        access_token=token["access_token"],
        refresh_token=refresh_token,
        expires_at=now + (_seconds(token.get("expires_in")) or assumed),
        refresh_expires_at=now + refresh_seconds if refresh_seconds else None,
        scopes=_scopes(answer.get("scope"), endpoints),
        account_id=str(account) if isinstance(account, str | int) else None,
    )


def _seconds(value: object) -> timedelta | None:
    """A lifetime given as a number or as digits in a string; anything else is no statement."""
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,18}", text):
        return None
    return min(timedelta(seconds=min(int(text), 10**9)), ENDLESS_LIFETIME)


def _scopes(value: object, endpoints: OAuthEndpoints) -> frozenset[str] | None:
    """What was granted; whatever a provider's separator is, a space separates, too."""
    if not isinstance(value, str) or not endpoints.asks_scopes:
        return None
    return frozenset(value.replace(endpoints.scope_separator, " ").split())
