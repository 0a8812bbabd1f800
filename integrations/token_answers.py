"""Judges the answers of token endpoints before a library parses them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import requests

from integrations.contract import OAuthEndpoints
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
    Transient,
)
from integrations.http import decode
from integrations.statuses import failure_of

TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


class Judge:
    """Decides on an answer of the token endpoint before the library reads it."""

    def __init__(
        self, endpoints: OAuthEndpoints, now: datetime, invalid_grant: ProviderFailure
    ) -> None:
        self._endpoints = endpoints
        self._now = now
        self._invalid_grant = invalid_grant
        self.answer: Mapping[str, Any] = {}

    def __call__(self, response: requests.Response) -> requests.Response:
        """Keep what the answer says for ``answer``; raises a ``ProviderFailure``."""
        body = _unwrapped(decode(response.content), self._endpoints.token_envelope)
        failure = self._failure(response, body)
        if failure:
            raise failure
        self.answer = body
        response._content = msgspec.json.encode(body)  # noqa: SLF001 - the library reads on here
        return response

    def _failure(self, response: requests.Response, body: dict[str, Any]) -> ProviderFailure | None:
        """Branch on ``error`` alone: descriptions are prose and change."""
        failure = failure_of(response.status_code, response.headers, self._now, "token endpoint")
        if isinstance(failure, Transient):
            return Transient(failure.detail, cause="token_expired_temporary")
        if isinstance(failure, RateLimited | ProviderGone):
            return failure
        error = self._error_word(response.status_code, body)
        if error == "invalid_grant":
            return self._invalid_grant
        if error in ("temporarily_unavailable", "server_error"):
            return Transient("token endpoint is unavailable", cause="token_expired_temporary")
        if error or isinstance(failure, NeedsReconnect):
            return Rejected(f"the token endpoint refused our client: {_word(error)}")
        return failure or _defect(body)

    def _error_word(self, status: int, body: dict[str, Any]) -> object:
        """The word of RFC 6749, 5.2; some providers spell their refusals in another way."""
        translate = self._endpoints.token_error
        return (translate(status, body) if translate else None) or body.get("error")


def _unwrapped(body: object, envelope: str) -> dict[str, Any]:
    """The token answer; what stands beside the envelope stays readable."""
    if not isinstance(body, dict):
        return {}
    inner = body.get(envelope) if envelope else None
    return body | inner if isinstance(inner, dict) else body


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
