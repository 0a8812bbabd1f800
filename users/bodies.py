"""What a request's body says, read by the schema of its address."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer


def valid(schema: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """Return the request's body as the schema reads it; raises ``ValidationError``."""
    serializer = schema(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
