"""How often one person may call the API."""

import time
from typing import TYPE_CHECKING, Protocol, cast

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class _CountingCache(Protocol):
    def take(self, key: str, *, most: int, seconds: int, at: float) -> bool: ...


class PersonThrottle(SimpleRateThrottle):
    """A sliding window per person; anonymous calls are limited where they sign in.

    The framework's own keeps a list of instants, two trips to the cache and a race away from true;
    a count takes one.
    """

    scope = "person"
    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the call if there is room for it."""
        key = self.get_cache_key(request, view)
        counts = cast(_CountingCache, cache)
        return key is None or counts.take(
            key, most=self.num_requests, seconds=self.duration, at=time.time()
        )

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:  # noqa: ARG002
        """One key per person; None does not throttle."""
        pk = getattr(request.user, "pk", None)
        return None if pk is None else f"throttle:person:{pk}"

    def wait(self) -> float:
        """Seconds after which there is certainly room for another call."""
        rest = self.duration - time.time() % self.duration
        return rest + self.duration / self.num_requests
