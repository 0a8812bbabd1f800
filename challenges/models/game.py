"""Challenges, teams, participants and the scores derived from merged days."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from users.models import Organization


class ManualPolicy(models.TextChoices):
    """What becomes of steps typed by hand."""

    EXCLUDE = "exclude"
    COUNT = "count"


class Challenge(models.Model):
    """A step challenge of one organization over local days ``starts_on`` to ``ends_on`` inclusive.

    Draft until ``published_at``; live, closing and final follow from the calendar and the grace
    period (hours after the last local day has ended everywhere), see ``challenges.phases``.
    ``daily_cap`` is in steps per local day; null means no cap.
    """

    class Kind(models.TextChoices):
        """How a score comes about."""

        MOST_STEPS = "most_steps"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="challenges")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    kind = models.CharField(max_length=24, choices=Kind.choices, default=Kind.MOST_STEPS)
    starts_on = models.DateField()
    ends_on = models.DateField()
    grace_hours = models.PositiveSmallIntegerField(default=48)
    daily_cap = models.PositiveIntegerField(null=True, blank=True)
    manual_policy = models.CharField(
        max_length=8, choices=ManualPolicy.choices, default=ManualPolicy.EXCLUDE
    )
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="challenge_ends_after"
            ),
            models.CheckConstraint(
                condition=models.Q(grace_hours__lte=72), name="challenge_grace_bounded"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "starts_on"], name="challenge_org_start")
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team within one challenge; ``score`` is the sum of its members' scores.

    ``version`` orders its changes, see ``challenges.versions``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    score = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "name"], name="team_name_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["challenge", "-score"], name="team_standing")
        ]

    def __str__(self) -> str:
        return self.name


class Participant(models.Model):
    """A person taking part. ``score`` is the sum of counted steps; ``version`` orders its changes.

    Someone who left keeps the row with ``left_at`` and is on no board; joining again clears it.
    ``hidden`` repeats the person's wish not to appear on boards (see ``challenges.visibility``),
    so that a rank is one index lookup and a change of the wish is ordered by ``version`` too.
    """

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="participants")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations"
    )
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="members")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    hidden = models.BooleanField(default=False)
    score = models.BigIntegerField(default=0)
    steps = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "person"], name="participant_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["challenge", "-score", "id"],
                condition=models.Q(left_at__isnull=True, hidden=False),
                name="participant_standing",
            ),
            models.Index(fields=["challenge", "version"], name="participant_version"),
        ]

    def __str__(self) -> str:
        return f"participant {self.pk}"


class ScoredDay(models.Model):
    """What one local day gave: ``steps`` as merged, ``counted`` after the challenge's rules."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="scored_days")
    date = models.DateField()
    steps = models.PositiveBigIntegerField()
    counted = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "date"], name="scored_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.counted}"
