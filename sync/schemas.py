"""The shapes of answers about connections, runs and uploads, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from integrations.models import ConnectionStatus
from sync.models import SyncRequestLine
from sync.progress import RequestStatus


class ProviderOut(serializers.Serializer[Any]):
    """A provider people can (or could) connect."""

    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["oauth", "relay"])
    status = serializers.ChoiceField(choices=["available", "retired", "disabled"])
    note = serializers.CharField(allow_blank=True)
    capabilities = serializers.DictField()


class ProviderList(serializers.Serializer[Any]):
    """All providers."""

    results = ProviderOut(many=True)
    next = serializers.CharField(allow_null=True)


class DeviceOut(serializers.Serializer[Any]):
    """A tracker behind a connection."""

    name = serializers.CharField()
    kind = serializers.CharField()
    battery = serializers.CharField(allow_null=True)
    last_synced_at = serializers.DateTimeField(allow_null=True)


class ConnectionOut(serializers.Serializer[Any]):
    """A person's connection to a provider."""

    id = serializers.CharField()
    provider = serializers.CharField()
    status = serializers.ChoiceField(choices=ConnectionStatus.choices)
    reason = serializers.CharField(allow_null=True)
    account_label = serializers.CharField()
    connected_at = serializers.DateTimeField()
    last_synced_at = serializers.DateTimeField(allow_null=True)
    last_data_at = serializers.DateTimeField(allow_null=True)
    next_sync_at = serializers.DateTimeField(allow_null=True)
    devices = DeviceOut(many=True)
    missing_permissions = serializers.ListField(child=serializers.CharField())


class ConnectionList(serializers.Serializer[Any]):
    """The person's connections, oldest first."""

    results = ConnectionOut(many=True)
    next = serializers.CharField(allow_null=True)


class ConnectIn(serializers.Serializer[Any]):
    """What to connect and where the browser should land afterwards."""

    provider = serializers.CharField(max_length=40)
    return_to = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ReconnectIn(serializers.Serializer[Any]):
    """Where the browser should land after reconnecting."""

    return_to = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ConnectStarted(serializers.Serializer[Any]):
    """OAuth: open ``authorization_url``. Relay: hand ``relay_token`` to the phone, shown once."""

    authorization_url = serializers.CharField(required=False)
    expires_at = serializers.DateTimeField(required=False)
    connection = ConnectionOut(required=False)
    relay_token = serializers.CharField(required=False)
    upload_url = serializers.CharField(required=False)
    setup = serializers.DictField(required=False)


class DisconnectIn(serializers.Serializer[Any]):
    """Whether everything this connection ever reported is erased as well."""

    forget_readings = serializers.BooleanField(default=False)


class RequestLineOut(serializers.Serializer[Any]):
    """One connection of a sync request."""

    connection_id = serializers.CharField()
    provider = serializers.CharField()
    outcome = serializers.ChoiceField(choices=SyncRequestLine.Outcome.values)
    retry_at = serializers.DateTimeField(allow_null=True)
    message = serializers.CharField()
    state = serializers.ChoiceField(choices=["queued", "running", "done", "failed", "waiting"])
    steps_before = serializers.IntegerField(allow_null=True)
    steps_after = serializers.IntegerField(allow_null=True)
    changed_days = serializers.ListField(child=serializers.DateField())
    cause = serializers.CharField(allow_null=True)


class SyncRequestOut(serializers.Serializer[Any]):
    """A tap and where it stands."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=[s.value for s in RequestStatus])
    connections = RequestLineOut(many=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SyncRequestIn(serializers.Serializer[Any]):
    """A tap may name the challenge it was made in; every connection is asked all the same."""

    challenge_id = serializers.UUIDField(required=False, allow_null=True)


class RunOut(serializers.Serializer[Any]):
    """One attempt to bring a connection up to date."""

    id = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    trigger = serializers.CharField()
    result = serializers.CharField()
    cause = serializers.CharField(allow_null=True)
    days_changed = serializers.IntegerField()


class RunList(serializers.Serializer[Any]):
    """Attempts, newest first."""

    results = RunOut(many=True)
    next = serializers.CharField(allow_null=True)
