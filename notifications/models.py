"""Messages to people, how they want to get them, the feed of a challenge, and badges."""

import uuid
from datetime import time
from typing import ClassVar

from django.conf import settings
from django.db import models

from challenges.models import Challenge
from integrations.fields import EncryptedTextField
from notifications.kinds import KIND_CHOICES, Channel

LATE = time(21)
EARLY = time(8)


class Notification(models.Model):
    """One message to one person about one event; ``key`` names the event and occurs only once.

    ``facts`` are what the text is made of (numbers, names, dates), so that it can be written anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    key = models.CharField(max_length=120)
    challenge = models.ForeignKey(Challenge, models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notification_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "-created_at"], name="notification_list"),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """One message on its way through one channel; ``due_at`` respects quiet hours and digests.

    ``lease_until`` is set while somebody hands it over; a delivery that was handed over may come
    twice only if we die between the hand-over and noting it.
    """

    class State(models.TextChoices):
        """Where the delivery stands."""

        WAITING = "waiting"
        SENT = "sent"
        DROPPED = "dropped"

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=[(each, each) for each in Channel])
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    digest = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="delivery_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Wishes(models.Model):
    """How a person wants to be told; without a row the defaults of ``notifications.kinds`` hold.

    ``choices`` maps a kind to the channels it may use. Between ``quiet_from`` and ``quiet_to``, in
    the person's own zone, nothing is sent; equal times mean that no hour is quiet.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="wishes"
    )
    choices = models.JSONField(default=dict)
    quiet_from = models.TimeField(default=LATE)
    quiet_to = models.TimeField(default=EARLY)
    digest = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"wishes of {self.person_id}"


class PushAddress(models.Model):
    """Where an app on a person's device can be reached, in the words of the push service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    platform = models.CharField(max_length=12)
    address = EncryptedTextField()
    address_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.platform} of {self.person_id}"


class FeedItem(models.Model):
    """Something that happened in a challenge, for everybody in it; ``key`` occurs only once.

    ``person`` is who it is about, and is shown as they wish to appear at the time of reading.
    """

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="feed")
    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    key = models.CharField(max_length=120)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "key"], name="feed_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["challenge", "-at", "-id"], name="feed_newest")
        ]

    def __str__(self) -> str:
        return self.key


class Badge(models.Model):
    """A badge of ``notifications.badges`` that a person has in a challenge.

    ``earned_on`` is the local day with which the rule was met. A correction that takes the reason
    away takes the badge, too, as long as the challenge is not final.
    """

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="badges")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="badges")
    code = models.CharField(max_length=24)
    earned_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "person", "code"], name="badge_once")
        ]

    def __str__(self) -> str:
        return self.code


class Mark(models.Model):
    """How far a watcher has come: ``place`` is a version or 1, by watcher and what it watches."""

    name = models.CharField(max_length=120, primary_key=True)
    place = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.place}"
