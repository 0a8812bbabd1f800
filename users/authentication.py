"""Bearer tokens on the API: allauth's access tokens, refused with a problem and a challenge."""

from typing import TYPE_CHECKING, Any, cast

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request

from users.models import User
from users.sessions import plainly_signed_in

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class BearerAuthentication(JWTTokenAuthentication):  # type: ignore[misc]
    """``Authorization: Bearer <access token>`` of a person who is still active."""

    def authenticate_credentials(self, key: str) -> tuple[User, dict[str, Any]]:
        """Return the person and what the token says; raises ``AuthenticationFailed``."""
        known = plainly_signed_in(key, now=timezone.now())
        return known or cast(tuple[User, Any], super().authenticate_credentials(key))

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """What a 401 tells the client to send."""
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the bearer token in the OpenAPI document."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, str]:  # noqa: ARG002
        """Return the security scheme object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def person_of(request: Request) -> User:
    """Return the signed-in person; views behind ``IsAuthenticated`` always have one."""
    return cast(User, request.user)
