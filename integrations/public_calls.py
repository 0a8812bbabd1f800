"""Calls without anybody's token: a provider's public files, and tokens for our own service account.

As bounded as the calls of ``integrations.http``; no redirect is followed.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import requests

from integrations.bounds import Limits
from integrations.errors import BadPayload, ProviderFailure, Rejected
from integrations.sessions import failure_to_talk, session_for
from integrations.statuses import failure_of

FILE_LIMITS = Limits(silence_seconds=4.0, total_seconds=6.0, body_bytes=256 * 1024)
TOKEN_LIMITS = Limits(silence_seconds=8.0, total_seconds=10.0, body_bytes=64 * 1024)


def download(url: str, *, now: datetime) -> bytes:
    """Return a public file of at most 256 KB, asked for over HTTPS by a host name.

    Plain HTTP is for stand-ins only (``OAUTHLIB_INSECURE_TRANSPORT``, as for sign-ins). Raises the
    failures of ``integrations.errors``.
    """
    _refuse_unless_safe(url)
    response = _send("GET", url, None, FILE_LIMITS)
    failure = failure_of(response.status_code, response.headers, now, "GET of a public file")
    if failure is not None:
        raise failure
    return response.content


def post_form(url: str, fields: Mapping[str, str], *, now: datetime) -> dict[str, object]:
    """POST a form and return the JSON object of a success; raises ``integrations.errors``."""
    _refuse_unless_safe(url)
    response = _send("POST", url, fields, TOKEN_LIMITS)
    failure = failure_of(response.status_code, response.headers, now, "POST of a form")
    if failure is not None:
        raise failure
    try:
        body = response.json()
    except ValueError:
        raise BadPayload("the answer is no JSON") from None
    if not isinstance(body, dict):
        raise BadPayload("the answer is no JSON object")
    return body


def _refuse_unless_safe(url: str) -> None:
    """A slip in a setting must not turn into a call to somewhere inside."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and not (parts.username or parts.password or parts.fragment)
    except ValueError:
        raise Rejected("the address cannot be read") from None
    plain = bool(os.environ.get("OAUTHLIB_INSECURE_TRANSPORT")) and parts.scheme == "http"
    if not named or not (parts.scheme == "https" or plain):
        raise Rejected("only plain https addresses are asked")


def _send(
    method: str, url: str, fields: Mapping[str, str] | None, limits: Limits
) -> requests.Response:
    failure: ProviderFailure
    try:
        return session_for(url, limits).request(
            method,
            url,
            data=fields,
            auth=_nobody,
            timeout=limits.timeout,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        failure = failure_to_talk(error, f"{method} {urlsplit(url).hostname}")
    raise failure


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials; being there keeps a ``.netrc`` from adding some."""
    return request
