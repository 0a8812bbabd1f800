"""Public files of providers (keysets, certificates): fetched once, kept, served stale if need be.

A copy lives in this process and in the cache that all processes share. Which addresses are
trustworthy is for the provider folder to judge before it asks; here only plain HTTPS is taken.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache

from integrations.errors import ProviderFailure, Transient
from integrations.public_calls import download

RENEW_AFTER = timedelta(hours=6)
KEPT_SECONDS = 60 * 86400
# However many forged calls name an unknown key, the provider is asked once a minute.
AGAIN_AFTER = timedelta(minutes=1)
MOST_COPIES = 64


@dataclass(frozen=True)
class Copy:
    """A file and when it was fetched."""

    content: bytes
    fetched_at: datetime


class CachedDocuments:
    """``integrations.abilities.PublicDocuments`` over the shared cache, at ``now``."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def read(self, url: str, *, refetch: bool = False) -> bytes:
        """Return the file, renewed every six hours, or at once (once a minute) on ``refetch``."""
        key = _key(url)
        own = _copies.get(key)
        if own is not None and self._is_fresh(own) and not refetch:
            return own.content
        copy = _held(key)
        if copy is not None and copy is not own and self._is_fresh(copy):
            return copy.content
        if not _may_ask(key, self._now):
            return _stale(copy, Transient("the file could not be fetched a moment ago"))
        try:
            content = download(url, now=self._now)
        except ProviderFailure as failure:
            return _stale(copy, failure)
        _keep(key, Copy(content, self._now))
        return content

    def _is_fresh(self, copy: Copy) -> bool:
        return self._now - copy.fetched_at < RENEW_AFTER


def documents_of(now: datetime) -> CachedDocuments:
    """The public files as they can be read at ``now``."""
    return CachedDocuments(now)


def _stale(copy: Copy | None, failure: ProviderFailure) -> bytes:
    if copy is None:
        raise failure
    return copy.content


def _key(url: str) -> str:
    return f"document:{sha256(url.encode()).hexdigest()}"


def _may_ask(key: str, now: datetime) -> bool:
    """Whether nobody asked within the last minute; this process knows that without the cache."""
    with _lock:
        last = _asked.get(key)
        if last is not None and now - last < AGAIN_AFTER:
            return False
        _asked[key] = now
    seconds = int(AGAIN_AFTER.total_seconds())
    return bool(cache.add(f"{key}:asked", "1", timeout=seconds))


_asked: dict[str, datetime] = {}
_copies: OrderedDict[str, Copy] = OrderedDict()
_lock = threading.Lock()


def _held(key: str) -> Copy | None:
    """The newer of this process's copy and the shared one, which another may have renewed."""
    with _lock:
        own = _copies.get(key)
    shared = cache.get(key)
    if isinstance(shared, Copy) and (own is None or shared.fetched_at > own.fetched_at):
        _take(key, shared)
        return shared
    return own


def _keep(key: str, copy: Copy) -> None:
    cache.set(key, copy, timeout=KEPT_SECONDS)
    _take(key, copy)


def _take(key: str, copy: Copy) -> None:
    with _lock:
        _copies[key] = copy
        _copies.move_to_end(key)
        while len(_copies) > MOST_COPIES:
            _copies.popitem(last=False)


def forget_copies() -> None:
    """Drop what this process holds; the shared copies stay."""
    with _lock:
        _copies.clear()
        _asked.clear()
