"""The narrow token of a relay installation: it may push one person's steps and nothing else."""

from typing import TYPE_CHECKING

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integrations import connections, registry
from integrations.contract import ProviderStatus
from integrations.models import ConnectionStatus, Installation
from sync.relay_hold import disconnected
from users.models import User
from users.problems import ProblemError

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema

LOOK_AGAIN_SECONDS = 900


class RelayAuthentication(BaseAuthentication):
    """``Authorization: Bearer <relay token>``; some clients send the token without the word."""

    def authenticate(self, request: Request) -> tuple[User, Installation]:
        """Return the person and the installation; 410 tells a disconnected phone to stop.

        503 tells a phone to keep its steps while the operator has switched its source off.
        """
        token = self.token_in(request)
        installation = connections.installation_for_token(token) if token else None
        if installation is None:
            raise AuthenticationFailed("This relay token is not known; connect the phone again.")
        active = installation.connection.status == ConnectionStatus.ACTIVE
        if installation.revoked_at is not None or not active:
            raise disconnected()
        if registry.status_of(installation.connection.provider) == ProviderStatus.DISABLED:
            raise ProblemError(
                503,
                "provider_disabled_by_admin",
                "This source is switched off here for now. Keep the steps and send them later.",
                headers={"Retry-After": str(LOOK_AGAIN_SECONDS)},
            )
        return installation.connection.person, installation

    def token_in(self, request: Request) -> str:
        """Return the token the request carries, or an empty text."""
        text = get_authorization_header(request).decode("latin-1").strip()
        return text[7:].strip() if text[:7].lower() == "bearer " else text

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """What a 401 tells the phone to send."""
        return 'Bearer realm="relay"'


class RelayScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the relay token in the OpenAPI document."""

    target_class = RelayAuthentication
    match_subclasses = True
    name = "relay"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, str]:  # noqa: ARG002
        """Return the security scheme object."""
        return {"type": "http", "scheme": "bearer", "description": "Token of one installation."}
