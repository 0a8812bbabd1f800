"""Connections between a person and a provider, their secrets and their devices."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from integrations.fields import EncryptedTextField


class ConnectionStatus(models.TextChoices):
    """Where a connection stands; ``reason`` on the row says why it is not active."""

    ACTIVE = "active"
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"
    RETIRED = "retired"


class Connection(models.Model):
    """A person's link to one account of one provider; it survives disconnecting and coming back.

    ``provider`` is the slug of a provider folder, a plain string so that adding a provider needs no
    migration. ``account_id`` is the provider's own id of the account (empty for phone relays).
    ``contested_at`` is when somebody else last tried to connect the same account, until the person
    connects it anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="connections")
    provider = models.CharField(max_length=40)
    status = models.CharField(max_length=16, choices=ConnectionStatus.choices)
    reason = models.CharField(max_length=40, blank=True)
    account_id = models.CharField(max_length=120, blank=True)
    account_label = models.CharField(max_length=120, blank=True)
    granted_scopes = ArrayField(models.CharField(max_length=200), default=list)
    missing_permissions = ArrayField(models.CharField(max_length=60), default=list)
    provider_timezone = models.CharField(max_length=64, blank=True)
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True)
    last_synced_at = models.DateTimeField(null=True)
    last_data_at = models.DateTimeField(null=True)
    contested_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "account_id"],
                condition=~models.Q(account_id="") & ~models.Q(status="disconnected"),
                name="account_linked_once",
            ),
            models.UniqueConstraint(
                fields=["person", "provider"],
                condition=models.Q(account_id=""),
                name="relay_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.status}"


class Credential(models.Model):
    """The tokens of an OAuth connection, encrypted. The row is the lock of a token refresh.

    ``enrolled_at`` is when the provider was told of this consent (registered, asked for history);
    a new consent is told again.
    """

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="credential"
    )
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField(null=True)
    expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"credential of {self.connection_id}"


class OAuthAttempt(models.Model):
    """One walk through a provider's consent page, from ``state`` to its single use.

    ``accept_other_account``: the person has confirmed that ``connection``, which waits to be moved
    from the provider's old interface, goes on with whichever account they consent with.
    """

    state_hash = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    provider = models.CharField(max_length=40)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="+")
    code_verifier = EncryptedTextField()
    return_to = models.CharField(max_length=500, blank=True)
    accept_other_account = models.BooleanField(default=False, db_default=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.provider} attempt until {self.expires_at}"


class PendingRevocation(models.Model):
    """A token to be revoked at the provider after the person has already been disconnected here.

    Providers revoke the whole grant of an account, newer tokens included, so ``account_id`` tells
    whether the account has been connected again in the meantime. ``token`` is the refresh token
    where there is one. The access token is kept for providers that want to be told with a call.
    """

    provider = models.CharField(max_length=40)
    account_id = models.CharField(max_length=120, blank=True)
    token = EncryptedTextField()
    access_token = EncryptedTextField(null=True)
    access_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.provider} revocation, {self.attempts} attempts"


class Installation(models.Model):
    """A relay app on one phone. Only the hash of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="installations")
    token_hash = models.CharField(max_length=64, unique=True)
    external_id = models.CharField(max_length=80, blank=True)
    platform = models.CharField(max_length=16, blank=True)
    os_version = models.CharField(max_length=32, blank=True)
    app_version = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=64, blank=True)
    status = models.JSONField(default=dict)
    clock_skew_seconds = models.IntegerField(null=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.platform or 'phone'} {self.model}"


class Device(models.Model):
    """A tracker as its provider last described it; ``battery`` is the provider's own word."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="devices")
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    battery = models.CharField(max_length=16, blank=True)
    last_synced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="device_once")
        ]
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Breaker(models.Model):
    """What is known of a provider's own trouble: the truth that Redis only repeats.

    While it is open nobody asks the provider but a probe now and then. ``doubted`` are connections
    that were told to reconnect before a storm of refusals was recognised as one. ``vanished_since``
    is when the provider's host began to look like somebody else's. ``fault_at`` and
    ``fault_detail`` remember a refusal that an operator has to mend, until a call succeeds.
    Until ``believed_until`` a storm of refusals is taken at its word, as an operator has ordered.
    """

    class State(models.TextChoices):
        """Whether the provider is asked."""

        CLOSED = "closed"
        OPEN = "open"

    provider = models.CharField(max_length=40, primary_key=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CLOSED)
    kind = models.CharField(max_length=12, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    probing_until = models.DateTimeField(null=True)
    probes_failed = models.PositiveSmallIntegerField(default=0)
    doubted = ArrayField(models.UUIDField(), default=list)
    vanished_since = models.DateTimeField(null=True)
    fault_at = models.DateTimeField(null=True)
    fault_detail = models.CharField(max_length=300, blank=True, default="")
    believed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.provider} {self.state}"
