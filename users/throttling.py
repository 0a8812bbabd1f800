"""How often one person may call the API."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class PersonThrottle(SimpleRateThrottle):
    """A sliding window per person; anonymous calls are limited where they sign in."""

    scope = "person"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:  # noqa: ARG002
        """One key per person; None does not throttle."""
        pk = getattr(request.user, "pk", None)
        return None if pk is None else f"throttle:person:{pk}"
