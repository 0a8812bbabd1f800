"""Sessions of ``requests`` for the token endpoints, which the OAuth library insists on.

Their calls are as bounded as those of ``integrations.http`` and as rare as tokens end.
"""

import io
import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from integrations.bounds import Limits, TooBig, read_whole
from integrations.deadline import pool_classes
from integrations.errors import BadPayload, ProviderFailure, Rejected, Transient
from integrations.http import USER_AGENT
from integrations.pools import origin_of


class AnswerTooBig(requests.RequestException):
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
    try:
        return read_whole(response.raw, limit)
    except TooBig as error:
        raise AnswerTooBig("the answer is too big") from error
    except ReadTimeoutError as error:
        raise requests.ReadTimeout("the answer took too long") from error
    except HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError("the answer is broken") from error


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


def failure_to_talk(error: requests.RequestException, where: str) -> ProviderFailure:
    """Name what went wrong below HTTP without repeating the library's text, which holds URLs."""
    detail = f"{where} failed: {type(error).__name__}"
    broken = (
        AnswerTooBig,
        requests.TooManyRedirects,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    if isinstance(error, ValueError):  # how requests marks unusable URLs and headers
        return Rejected(detail)
    return BadPayload(detail) if isinstance(error, broken) else Transient(detail)
