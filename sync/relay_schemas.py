"""The shapes of answers to phones, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers


class RejectedOut(serializers.Serializer[Any]):
    """A record that was not taken, and why."""

    list = serializers.CharField()
    index = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class UploadDayOut(serializers.Serializer[Any]):
    """A merged day the upload spoke about."""

    date = serializers.DateField()
    steps = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()


class UploadOut(serializers.Serializer[Any]):
    """What became of an upload."""

    batch_id = serializers.CharField(allow_null=True)
    accepted = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = RejectedOut(many=True)
    days = UploadDayOut(many=True)
    server_time = serializers.DateTimeField()


class StatusOut(serializers.Serializer[Any]):
    """The heartbeat was stored."""

    server_time = serializers.DateTimeField()


class PlanOut(serializers.Serializer[Any]):
    """What the phone should send and tell."""

    windows = serializers.ListField(child=serializers.DictField())
    min_app_version = serializers.CharField()
    ask_status = serializers.BooleanField()
