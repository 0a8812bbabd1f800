"""The inbox of webhooks, and the days they named."""

from typing import ClassVar

from django.db import models

from integrations.abilities import NoticeKind
from integrations.models import Connection


class WebhookNotice(models.Model):
    """One entry of an authentic webhook about one account, stored before the call is answered.

    ``digest`` recognises a repetition. Where the provider numbers its messages (``keyed``) or the
    entry is more than a hint, a repetition is refused as long as the row is kept; a hint without
    a number may come again in the same words, so it is a repetition only until it is worked on.
    ``payload`` holds JSON as bytes (the database's own JSON takes fewer texts than a provider may
    send) and is emptied once the notice is done. ``due_at`` is when it may be claimed; a claim
    moves it ahead, so that what a crashed worker held comes up again.
    """

    class State(models.TextChoices):
        """Where the notice stands; ``dead`` was given up on and waits for an operator."""

        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=[(kind.value,) * 2 for kind in NoticeKind])
    digest = models.CharField(max_length=64)
    keyed = models.BooleanField()
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    payload = models.BinaryField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "digest"],
                condition=models.Q(keyed=True) | models.Q(state="waiting"),
                name="notice_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="notice_due"),
            models.Index(
                fields=["received_at"], condition=models.Q(state="dead"), name="notice_dead"
            ),
            models.Index(
                fields=["finished_at"], condition=models.Q(state="done"), name="notice_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class NamedDay(models.Model):
    """A civil day that a webhook named and no run has read since ``named_at``."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="named_days", db_index=False
    )
    date = models.DateField()
    named_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "date"], name="day_named_once")
        ]

    def __str__(self) -> str:
        return str(self.date)
