"""The shapes of answers to foreign apps, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from sync.relay_schemas import RejectedOut, UploadDayOut


class PushOut(serializers.Serializer[Any]):
    """What became of an upload; ``message`` says it in words."""

    stored = serializers.IntegerField()
    changed = serializers.IntegerField()
    rejected = RejectedOut(many=True)
    days = UploadDayOut(many=True)
    message = serializers.CharField()


class OpenWearablesOut(serializers.Serializer[Any]):
    """What the Open Wearables SDK reads."""

    status_code = serializers.IntegerField()
    response = serializers.CharField()
    user_id = serializers.CharField()


class TokensIn(serializers.Serializer[Any]):
    """The token to go on with."""

    refresh_token = serializers.CharField()


class TokensOut(serializers.Serializer[Any]):
    """The same token for both uses: it does not expire."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
