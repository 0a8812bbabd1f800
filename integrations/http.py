"""The one door to providers (with ``integrations.oauth``): every call is bounded and redacted.

No text made here holds a token, a query value or a byte of an answer. Failures are raised outside
``except`` blocks on purpose: a chained exception of the HTTP library would carry the full URL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import RemoteDisconnected
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import msgspec
from urllib3 import BaseHTTPResponse, HTTPHeaderDict
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    NameResolutionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from integrations.bounds import Limits, TooBig, read_whole
from integrations.errors import (
    BadPayload,
    HostVanished,
    ProviderFailure,
    RateLimited,
    Rejected,
    StrangePage,
    Transient,
)
from integrations.pools import Line, line_to
from integrations.statuses import failure_of, retry_at

USER_AGENT = "Stepwell"
_FIXED_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
}


class Classify(Protocol):
    """A provider's own reading of an answer that is no success, or that is no JSON.

    ``body`` is the decoded JSON, or None when the answer is no JSON. None leaves the decision to
    ``integrations.statuses``.
    """

    def __call__(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Name the failure, or leave it to the general rules."""


def decode(body: bytes) -> object:
    """The JSON value of ``body``, or None when it holds none."""
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None


class Meter(Protocol):
    """Counts calls against a provider's limits."""

    def spend(self) -> None:
        """Called before each call goes out; raises ``RateLimited`` when there is none left."""

    def learn(self, status: int, headers: Mapping[str, str]) -> None:
        """Called with what each answer says about limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One call: ``target`` is path and query, ``content`` the body if there is one."""

    method: str
    target: str
    content: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: HTTPHeaderDict
    content: bytes


class HttpClient:
    """Asks one provider on behalf of one person; only for calls that may be repeated.

    ``clock`` tells the time (UTC) that ``Retry-After`` counts from. An empty ``access_token`` is
    not sent, for calls that an application makes in its own name. Every method raises only the
    failures of ``integrations.errors`` (``Unauthorized`` for a refused token).
    """

    def __init__(
        self,
        *,
        base_url: str,
        access_token: str,
        classify: Classify,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._meter = meter
        self._base_url = base_url.rstrip("/")
        self._root = urlsplit(self._base_url).path
        bearer = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        self._headers = _FIXED_HEADERS | bearer
        self._classify = classify
        self._clock = clock
        self._limits = limits or Limits()

    def now(self) -> datetime:
        """The time (UTC) at this moment, for requests that have to name it."""
        return self._clock()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """GET ``path`` below the base URL and return the JSON object it answers."""
        return _object(self.ask("GET", path, params=params), f"GET {path}")

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST ``body`` as JSON, for reading calls that take one; return the JSON object."""
        return _object(self.ask("POST", path, json=body), f"POST {path}")

    def form(self, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """POST ``fields`` as a form and return the JSON object it answers."""
        return _object(self.ask("POST", path, form=fields), f"POST {path}")

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        """Make a call and return the JSON value of its answer, None when the answer is empty.

        ``headers`` are sent beside ours and win over them.
        """
        where = f"{method} {path.partition('?')[0]}"
        if self._meter:
            self._meter.spend()
        content, kind = _content(json, form)
        answer = self._send(
            _Question(
                method=method,
                target=self._root + (_with(path, params) if params else path),
                content=content,
                headers=self._headers | kind | dict(headers or {}),
            ),
            where,
        )
        if self._meter:
            self._meter.learn(answer.status, answer.headers)
        body = decode(answer.content)
        failure = self._failure(answer, body, where)
        if failure is None and body is None and answer.content:
            own = self._classify(answer.status, None, answer.headers)
            failure = own or _no_json(answer.headers, where)
        if failure is not None:
            raise failure
        return body

    def _failure(self, answer: _Answer, body: object, where: str) -> ProviderFailure | None:
        status, headers = answer.status, answer.headers
        own = self._classify(status, body, headers) if status >= 400 else None
        if isinstance(own, RateLimited) and own.retry_at is None:
            own.retry_at = retry_at(headers.get("Retry-After"), self._clock())
        return own or failure_of(status, headers, self._clock(), where)

    def _send(self, question: _Question, where: str) -> _Answer:
        """Send, once more if the kept connection turns out to have been closed by the server."""
        for last_try in (False, True):
            try:
                return _exchange(line_to(self._base_url, self._limits), question, self._limits)
            except (HTTPError, ValueError, OSError) as error:
                failure = _failure_to_talk(error, where)
                if last_try or not _was_stale(error):
                    break
        raise failure


def _content(
    json: Mapping[str, Any] | None, form: Mapping[str, str] | None
) -> tuple[bytes | None, dict[str, str]]:
    """The body of a call and the header that names its kind."""
    if json is not None:
        return msgspec.json.encode(json), {"Content-Type": "application/json"}
    if form is not None:
        return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return None, {}


def _with(path: str, params: Mapping[str, str]) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(params)}"


def _exchange(line: Line, question: _Question, limits: Limits) -> _Answer:
    """Send one call and read its answer whole; no redirect is followed, nothing is repeated."""
    response = line.pool.urlopen(
        question.method,
        line.prefix + question.target,
        body=question.content,
        headers=question.headers,
        timeout=line.timeout,
        retries=False,
        redirect=False,
        assert_same_host=False,
        preload_content=False,
    )
    try:
        return _Answer(response.status, response.headers, _body(response, limits.body_bytes))
    except BaseException:
        response.close()
        raise
    finally:
        response.release_conn()


class _Broken(HTTPError):
    """The answer ended early or cannot be unpacked."""


def _body(response: BaseHTTPResponse, limit: int) -> bytes:
    try:
        return read_whole(response, limit)
    except (TooBig, ReadTimeoutError):
        raise
    except (HTTPError, DecodeError) as error:
        raise _Broken("the answer is broken") from error


def _no_json(headers: Mapping[str, str], where: str) -> BadPayload:
    page = "text/html" in headers.get("Content-Type", "")
    return (StrangePage if page else BadPayload)(f"{where} answered no JSON")


def _object(body: object, where: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadPayload(f"{where} answered no JSON object")
    return body


def _failure_to_talk(error: Exception, where: str) -> ProviderFailure:
    """Name what went wrong below HTTP without repeating the library's text, which holds URLs."""
    detail = f"{where} failed: {type(error).__name__}"
    if isinstance(error, ValueError):  # an unusable URL or header
        return Rejected(detail)
    if isinstance(error, NameResolutionError | SSLError):
        return HostVanished(detail)
    return BadPayload(detail) if isinstance(error, TooBig | _Broken) else Transient(detail)


def _was_stale(error: Exception) -> bool:
    """Whether the server hung up before answering a single byte, as it may on a kept connection."""
    if not isinstance(error, ProtocolError) or len(error.args) < 2:
        return False
    return isinstance(error.args[1], RemoteDisconnected | ConnectionResetError)
