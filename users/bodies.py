"""What a request's body says, read by the schema of its address."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer


def checked(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    """Return what was sent, read; raises ``ValidationError``."""
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def valid(schema: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """Return the request's body as the schema reads it; raises ``ValidationError``."""
    return checked(schema(data=request.data))
