"""Kept-alive connections to the origins of providers, one per thread and origin.

``urllib3`` is used directly: preparing a call with ``requests`` costs several times as much as
sending it. What ``requests`` reads from the environment for each call is read once per thread and
origin here: proxies (``HTTPS_PROXY``, ``NO_PROXY``, ...) and certificates (``REQUESTS_CA_BUNDLE``).
"""

import os
import ssl
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
from urllib3 import HTTPConnectionPool, PoolManager, ProxyManager, Timeout, make_headers
from urllib3.util import create_urllib3_context

from integrations.bounds import Limits
from integrations.deadline import pool_classes


@dataclass(frozen=True, slots=True)
class Line:
    """The connection of this thread to one origin.

    ``prefix`` comes before a path: a plain proxy wants whole URLs, everybody else only paths.
    """

    pool: HTTPConnectionPool
    prefix: str
    timeout: Timeout


_kept = threading.local()


def line_to(url: str, limits: Limits) -> Line:
    """This thread's own line to the origin of ``url``; raises ``ValueError`` for no usable URL."""
    lines: dict[tuple[str, Limits], Line] = _kept.__dict__.setdefault("lines", {})
    key = (origin_of(url), limits)
    line = lines.get(key)
    if line is None:
        line = lines[key] = _open(key[0], limits)
    return line


def origin_of(url: str) -> str:
    """Scheme, host and port of ``url``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _open(origin: str, limits: Limits) -> Line:
    proxy = proxy_of(origin)
    manager = _manager(proxy)
    manager.pool_classes_by_scheme = pool_classes(limits.total_seconds)
    connect, read = limits.timeout
    return Line(
        pool=manager.connection_from_url(origin),
        prefix=origin if proxy and origin.startswith("http:") else "",
        timeout=Timeout(connect=connect, read=read),
    )


def proxy_of(origin: str) -> str | None:
    """The proxy the environment names for an origin, unless it excepts the host."""
    parts = urlsplit(origin)
    proxies = getproxies()
    if proxy_bypass(parts.netloc):
        return None
    return proxies.get(parts.scheme) or proxies.get("all")


def _manager(proxy: str | None) -> PoolManager:
    if proxy is None:
        return PoolManager(maxsize=1, ssl_context=trusting())
    url = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(url)
    secret = f"{parts.username}:{parts.password or ''}" if parts.username else None
    return ProxyManager(
        url,
        maxsize=1,
        ssl_context=trusting(),
        proxy_headers=make_headers(proxy_basic_auth=secret) if secret else None,
    )


@cache
def trusting() -> ssl.SSLContext:
    """Certificates are verified against the usual authorities or the operator's own bundle."""
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    bundle = Path(named or certifi.where())
    context = create_urllib3_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.load_verify_locations(
        cafile=None if bundle.is_dir() else str(bundle),
        capath=str(bundle) if bundle.is_dir() else None,
    )
    return context
