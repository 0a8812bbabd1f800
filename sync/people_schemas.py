"""The shapes of answers about one's own data, for the OpenAPI document."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from sync.models import Export


class ExportOut(serializers.Serializer[Any]):
    """An export that was asked for and where it stands."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=Export.State.values)
    created_at = serializers.DateTimeField()


class ConfirmedDelete(AutoSchema):
    """Describes the body of the DELETE, which drf-spectacular expects of other methods only."""

    def get_operation(self, *where: Any) -> dict[str, Any] | None:
        """Return the operation with its body."""
        operation = super().get_operation(*where)
        body = {
            "type": "object",
            "properties": {"confirm": {"type": "boolean", "enum": [True]}},
            "required": ["confirm"],
        }
        if operation is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": body}},
            }
        return operation
