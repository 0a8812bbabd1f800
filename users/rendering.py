"""JSON as the API writes it."""

from datetime import datetime
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from users.instants import rfc3339


class ApiJsonEncoder(JSONEncoder):
    """Instants everywhere alike: UTC with whole seconds."""

    def default(self, obj: Any) -> Any:
        """Render what JSON does not know."""
        return rfc3339(obj) if isinstance(obj, datetime) else super().default(obj)


class ApiJsonRenderer(JSONRenderer):
    """The one renderer of the API."""

    encoder_class = ApiJsonEncoder
