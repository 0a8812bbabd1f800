"""The one door to providers (with ``integrations.oauth``): every call is bounded and redacted.

No text made here holds a token, a query value or a byte of an answer. Failures are raised outside
``except`` blocks on purpose: a chained exception of the HTTP library would carry the full URL.
"""

import io
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError

from integrations.deadline import pool_classes
from integrations.errors import BadPayload, ProviderFailure, Rejected, Transient
from integrations.statuses import failure_of

USER_AGENT = "Stepwell"


class Classify(Protocol):
    """A provider's own reading of an answer that is no success.

    ``body`` is the decoded JSON, or None when the answer is no JSON. None leaves the decision to
    ``integrations.statuses``.
    """

    def __call__(
        self, status: int, body: object, headers: Mapping[str, str]
    ) -> ProviderFailure | None:
        """Name the failure, or leave it to the general rules."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one call: seconds to connect, of silence and in total; bytes of the answer."""

    connect_seconds: float = 3.05
    silence_seconds: float = 10.0
    total_seconds: float = 20.0
    body_bytes: int = 5 * 1024 * 1024

    @property
    def timeout(self) -> tuple[float, float]:
        """The pair that ``requests`` takes."""
        return (self.connect_seconds, min(self.silence_seconds, self.total_seconds))


class TooBig(requests.RequestException):
    """The answer is larger than ``Limits.body_bytes``."""


class BoundedAdapter(HTTPAdapter):
    """Keeps one connection alive and reads each answer whole, within the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Put the deadline into every direct connection."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pool_classes(self._limits.total_seconds)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Put the deadline into connections through a proxy, too."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = pool_classes(self._limits.total_seconds)
        return manager

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send and read; raises only ``requests.RequestException``."""
        response = super().send(*args, **kwargs)
        try:
            body = _read(response, self._limits.body_bytes)
        finally:
            response.close()
        response.raw = io.BytesIO(body)
        return response


def _read(response: requests.Response, limit: int) -> bytes:
    body = bytearray()
    try:
        for chunk in response.raw.stream(65536, decode_content=True):
            body += chunk
            if len(body) > limit:
                raise TooBig("the answer is too big")
    except ReadTimeoutError as error:
        raise requests.ReadTimeout("the answer took too long") from error
    except (HTTPError, DecodeError) as error:
        raise requests.exceptions.ChunkedEncodingError("the answer is broken") from error
    return bytes(body)


_kept = threading.local()


def adapter_for(url: str, limits: Limits) -> BoundedAdapter:
    """This thread's own adapter for the origin of ``url``, with its connection still open."""
    adapters: dict[tuple[str, Limits], BoundedAdapter] = _kept.__dict__.setdefault("adapters", {})
    key = (origin_of(url), limits)
    if key not in adapters:
        adapters[key] = BoundedAdapter(limits)
    return adapters[key]


def session_for(url: str, limits: Limits) -> requests.Session:
    """This thread's own session for the origin of ``url``.

    It serves many people's calls one after the other, so it never keeps a cookie.
    """
    sessions: dict[tuple[str, Limits], requests.Session] = _kept.__dict__.setdefault("sessions", {})
    key = (origin_of(url), limits)
    if key not in sessions:
        session = requests.Session()
        session.headers["User-Agent"] = USER_AGENT
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.mount(origin_of(url), adapter_for(url, limits))
        sessions[key] = session
    return sessions[key]


def origin_of(url: str) -> str:
    """Scheme, host and port of ``url``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def failure_to_talk(error: requests.RequestException, where: str) -> ProviderFailure:
    """Name what went wrong below HTTP without repeating the library's text, which holds URLs."""
    detail = f"{where} failed: {type(error).__name__}"
    broken = (
        TooBig,
        requests.TooManyRedirects,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    if isinstance(error, ValueError):  # how requests marks unusable URLs and headers
        return Rejected(detail)
    return BadPayload(detail) if isinstance(error, broken) else Transient(detail)


def decode(body: bytes) -> object:
    """The JSON value of ``body``, or None when it holds none."""
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None


class _Bearer(AuthBase):
    """Adds the token. Being an auth object, it also keeps a ``.netrc`` from replacing it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Meter(Protocol):
    """Counts calls against a provider's limits."""

    def spend(self) -> None:
        """Called before each call goes out; raises ``RateLimited`` when there is none left."""

    def learn(self, status: int, headers: Mapping[str, str]) -> None:
        """Called with what each answer says about limits."""


class HttpClient:
    """Asks one provider on behalf of one person; only for calls that may be repeated.

    ``clock`` tells the time (UTC) that ``Retry-After`` counts from. Every method raises only the
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
        self._auth = _Bearer(access_token)
        self._classify = classify
        self._clock = clock
        self._limits = limits or Limits()

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
        """Make a call and return the JSON value of its answer, None when the answer is empty."""
        where = f"{method} {path}"
        if self._meter:
            self._meter.spend()
        response = self._send(
            method, path, where, {"params": params, "json": json, "data": form, "headers": headers}
        )
        if self._meter:
            self._meter.learn(response.status_code, response.headers)
        body = decode(response.content)
        failure = self._failure(response, body, where)
        if failure is None and body is None and response.content:
            failure = BadPayload(f"{where} answered no JSON")
        if failure is not None:
            raise failure
        return body

    def _failure(
        self, response: requests.Response, body: object, where: str
    ) -> ProviderFailure | None:
        status, headers = response.status_code, response.headers
        own = None if response.ok else self._classify(status, body, headers)
        return own or failure_of(status, headers, self._clock(), where)

    def _send(
        self, method: str, path: str, where: str, content: dict[str, Any]
    ) -> requests.Response:
        """Send, once more if the kept connection turns out to have been closed by the server."""
        for last_try in (False, True):
            try:
                return session_for(self._base_url, self._limits).request(
                    method,
                    self._base_url + path,
                    auth=self._auth,
                    timeout=self._limits.timeout,
                    allow_redirects=False,
                    **content,
                )
            except requests.RequestException as error:
                failure = failure_to_talk(error, where)
                if last_try or not _was_stale(error):
                    break
        raise failure


def _object(body: object, where: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadPayload(f"{where} answered no JSON object")
    return body


def _was_stale(error: requests.RequestException) -> bool:
    """Whether the server hung up before answering a single byte, as it may on a kept connection."""
    cause = error.args[0] if error.args else None
    if not isinstance(cause, ProtocolError) or len(cause.args) < 2:
        return False
    return isinstance(cause.args[1], RemoteDisconnected | ConnectionResetError)
