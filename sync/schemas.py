"""The shapes of answers about connections, runs and uploads, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from integrations.grades import Grade
from integrations.models import ConnectionStatus
from integrations.phone_permission import Permission
from sync.models import SyncRequestLine
from sync.progress import RequestStatus


class CapabilitiesOut(serializers.Serializer[Any]):
    """What a provider can do; ``history_days`` null is without limit."""

    webhooks = serializers.BooleanField()
    devices = serializers.BooleanField()
    hourly = serializers.BooleanField()
    history_days = serializers.IntegerField(allow_null=True)
    polls = serializers.BooleanField()


class ProviderOut(serializers.Serializer[Any]):
    """A provider people can (or could) connect."""

    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["oauth", "relay"])
    status = serializers.ChoiceField(choices=["available", "retired", "disabled"])
    note = serializers.CharField(allow_blank=True)
    successor = serializers.CharField(allow_null=True)
    grade = serializers.ChoiceField(choices=[each.value for each in Grade])
    capabilities = CapabilitiesOut()


class ProviderList(serializers.Serializer[Any]):
    """All providers."""

    results = ProviderOut(many=True)
    next = serializers.CharField(allow_null=True)


class TrackerOut(serializers.Serializer[Any]):
    """A tracker behind a connection."""

    name = serializers.CharField()
    kind = serializers.CharField()
    battery = serializers.CharField(allow_null=True)
    last_synced_at = serializers.DateTimeField(allow_null=True)


class NoticeOut(serializers.Serializer[Any]):
    """Something to know about a connection that works."""

    code = serializers.CharField()
    at = serializers.DateTimeField()
    title = serializers.CharField()
    remedy = serializers.CharField()


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
    devices = TrackerOut(many=True)
    missing_permissions = serializers.ListField(child=serializers.CharField())
    notices = NoticeOut(many=True)


class ConnectionList(serializers.Serializer[Any]):
    """The person's connections, oldest first."""

    results = ConnectionOut(many=True)
    next = serializers.CharField(allow_null=True)


class ConnectIn(serializers.Serializer[Any]):
    """What to connect and where the browser should land afterwards."""

    provider = serializers.CharField(max_length=40)
    return_to = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ReconnectIn(serializers.Serializer[Any]):
    """Where the browser should land after reconnecting.

    ``accept_other_account`` is the person's answer to ``legacy_account_differs``: go on with the
    account they sign in with, although it is not the one that was connected before the move.
    """

    return_to = serializers.CharField(max_length=500, required=False, allow_blank=True)
    accept_other_account = serializers.BooleanField(default=False)


class ConnectStarted(serializers.Serializer[Any]):
    """OAuth: open ``authorization_url``. Relay: hand ``relay_token`` to the phone, shown once."""

    authorization_url = serializers.CharField(required=False)
    expires_at = serializers.DateTimeField(required=False)
    connection = ConnectionOut(required=False)
    relay_token = serializers.CharField(required=False)
    upload_url = serializers.CharField(required=False)
    setup = serializers.DictField(required=False)


class InstallationOut(serializers.Serializer[Any]):
    """A phone of a connection.

    ``permission`` is what the platform lets be known of the permission to read steps: on an iPhone
    never more than ``asked``, because HealthKit hides a refusal.
    """

    id = serializers.CharField()
    platform = serializers.CharField()
    model = serializers.CharField()
    os_version = serializers.CharField()
    app_version = serializers.CharField()
    connected_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    permission = serializers.ChoiceField(choices=[each.value for each in Permission])


class InstallationList(serializers.Serializer[Any]):
    """The phones whose tokens hold, oldest first."""

    results = InstallationOut(many=True)
    next = serializers.CharField(allow_null=True)


class AddInstallationIn(serializers.Serializer[Any]):
    """Which phone the new one takes the place of, if any; the others go on."""

    replaces = serializers.UUIDField(required=False, allow_null=True)


class InstallationAdded(serializers.Serializer[Any]):
    """Hand ``relay_token`` to the new phone; it is shown this once."""

    installation = InstallationOut()
    relay_token = serializers.CharField()
    upload_url = serializers.CharField()
    setup = serializers.DictField()


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
