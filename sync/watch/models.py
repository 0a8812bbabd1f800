"""What an operator has to know."""

from typing import ClassVar

from django.db import models


class Alarm(models.Model):
    """One episode of something an operator has to look at.

    ``key`` names the matter and is open at most once; when it comes back later, that is another
    episode. ``count`` is how often it was seen in this one.
    """

    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    detail = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=400)
    count = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(closed_at=None), name="alarm_open_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-opened_at"], name="alarm_history")
        ]

    def __str__(self) -> str:
        return self.key
