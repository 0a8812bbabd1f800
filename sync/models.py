"""When a connection is due, every run that was made, and the taps that asked for one."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from integrations.models import Connection


class Schedule(models.Model):
    """The narrow, hot table of due times: one row per connection that is polled.

    ``next_sync_at`` null means: not polled (disconnected, needs reconnecting, relay).
    A row with ``lease_until`` in the future is being worked on by somebody.
    """

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="schedule"
    )
    next_sync_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_sync_at"],
                condition=models.Q(next_sync_at__isnull=False),
                name="schedule_due",
            )
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
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.state}"


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
