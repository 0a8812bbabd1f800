"""When a connection is due, every run that was made, and the taps that asked for one."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from challenges.models import Challenge
from integrations.models import Connection
from sync.watch.models import Alarm
from sync.webhooks.models import NamedDay, WebhookNotice

__all__ = [
    "Alarm",
    "Export",
    "ExportPart",
    "NamedDay",
    "Run",
    "Schedule",
    "Sweep",
    "SyncRequest",
    "SyncRequestLine",
    "WebhookNotice",
]


class Schedule(models.Model):
    """The narrow, hot table of due times: one row per connection that is polled.

    ``next_sync_at`` null means: not polled (disconnected, needs reconnecting, relay).
    A row with ``lease_until`` in the future is being worked on by somebody. ``last_webhook_at`` is
    when the provider last told us of this account by itself, ``webhook_missed_at`` when a poll last
    found changes that no webhook had told. ``pulled_by`` is the trigger that brought the due time
    forward at ``pulled_at``, empty for an ordinary poll. Trackers and the account's time zone are
    asked for less often than steps: ``devices_asked_at``, ``zone_asked_at``.
    """

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="schedule"
    )
    next_sync_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_webhook_at = models.DateTimeField(null=True)
    webhook_missed_at = models.DateTimeField(null=True)
    pulled_by = models.CharField(max_length=8, blank=True, default="", db_default="")
    pulled_at = models.DateTimeField(null=True)
    devices_asked_at = models.DateTimeField(null=True)
    zone_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_sync_at"],
                condition=models.Q(next_sync_at__isnull=False),
                name="schedule_due",
            ),
            models.Index(
                fields=["failures"],
                condition=models.Q(failures__gte=5),
                name="schedule_failing",
            ),
        ]

    def __str__(self) -> str:
        return f"next sync at {self.next_sync_at}"


class Run(models.Model):
    """One attempt to bring a connection up to date, kept for 90 days.

    At most one queued and one running row exist per connection. ``attempt`` fences: a worker whose
    lease was taken over finds another number and writes nothing.
    """

    class State(models.TextChoices):
        """Where the run stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Trigger(models.TextChoices):
        """Who asked for it."""

        POLL = "poll"
        TAP = "tap"
        CONNECT = "connect"
        UPLOAD = "upload"
        WEBHOOK = "webhook"
        SWEEP = "sweep"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    cause = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    window_from = models.DateField(null=True)
    window_to = models.DateField(null=True)
    days_changed = models.PositiveSmallIntegerField(default=0)
    changed_days = models.JSONField(default=list)
    attempt = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(state="queued"), name="run_queued_once"
            ),
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(state="running"), name="run_running_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["connection", "-requested_at"], name="run_history"),
            models.Index(
                fields=["requested_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="run_open",
            ),
            # Rows come in order of time: this finds the old ones and costs a new one nothing.
            BrinIndex(fields=["requested_at"], name="run_age"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.state}"


class Sweep(models.Model):
    """That everybody in a challenge is read anew in one phase of its end, and how far that is.

    A phase ends at ``ends_at``: where staff move the end of a challenge, there is another one.
    ``cursor`` is the participant up to whom due times have been brought forward.
    """

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="+", db_index=False)
    phase = models.CharField(max_length=8)
    ends_at = models.DateTimeField()
    cursor = models.BigIntegerField(default=0)
    began_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "phase", "ends_at"], name="swept_once_per_phase"
            )
        ]

    def __str__(self) -> str:
        return f"sweep {self.phase}"


class SyncRequest(models.Model):
    """One tap on "Sync steps" and what came of it for each of the person's connections."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sync_requests"
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "-created_at"], name="request_person")
        ]

    def __str__(self) -> str:
        return f"request {self.id}"


class SyncRequestLine(models.Model):
    """One connection of a sync request.

    ``steps_before`` is the person's merged total of today when the tap came; the after-value is
    read from the run's days once it has finished.
    """

    class Outcome(models.TextChoices):
        """The answer given to the tap at once."""

        QUEUED = "queued"
        JOINED = "joined"
        COOLING_DOWN = "cooling_down"
        NEEDS_RECONNECT = "needs_reconnect"
        WAITING_FOR_PHONE = "waiting_for_phone"
        RETIRED = "retired"
        UP_TO_DATE = "up_to_date"

    request = models.ForeignKey(SyncRequest, models.CASCADE, related_name="lines")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="lines")
    retry_at = models.DateTimeField(null=True)
    steps_before = models.PositiveBigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.outcome} for {self.connection_id}"


class Export(models.Model):
    """Everything held about a person, asked for by them; ``size`` is in bytes of the document.

    At most one is open per person. ``attempted_at`` is when a worker last began to make it.
    """

    class State(models.TextChoices):
        """Where the export stands."""

        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, db_index=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state="running"), name="export_open_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="running"),
                name="export_open",
            )
        ]

    def __str__(self) -> str:
        return f"export {self.state}"


class ExportPart(models.Model):
    """A piece of an export's document, compressed by itself (zlib); ``number`` counts from 0."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="export_part_once")
        ]

    def __str__(self) -> str:
        return f"part {self.number}"
