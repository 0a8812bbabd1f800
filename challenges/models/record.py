"""What is kept for good: results that were frozen, what came too late for them, who did what."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from challenges.models.game import Challenge, Participant
from users.models import Organization


class Result(models.Model):
    """The standings of a challenge as they were frozen.

    ``fingerprint`` is a SHA-256 over the lines in order, see ``challenges.fingerprint``. When a
    challenge is opened again its result is ``superseded_at``, and the next one has a higher
    ``edition``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="results")
    edition = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "edition"], name="result_edition_once"),
            models.UniqueConstraint(
                fields=["challenge"],
                condition=models.Q(superseded_at__isnull=True),
                name="result_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.edition}, {self.fingerprint[:12]}"


class ResultLine(models.Model):
    """One line of a frozen board, best first by ``place``.

    ``member`` is who it is about, as on the board: a participant, a team or a department by id.
    ``hidden`` lines are shown to nobody else; they have the rank they would have had. ``name`` is
    what a team or department was called then; people appear as they wish today. ``seal`` keeps
    anybody from guessing a line from its digest (``challenges.fingerprint``).
    """

    result = models.ForeignKey(Result, models.CASCADE, related_name="lines")
    board = models.CharField(max_length=12)
    place = models.PositiveIntegerField()
    member = models.CharField(max_length=40)
    rank = models.PositiveIntegerField()
    score = models.BigIntegerField()
    tiebreak = models.BigIntegerField()
    steps = models.BigIntegerField()
    members = models.PositiveIntegerField(default=0)
    hidden = models.BooleanField(default=False)
    name = models.CharField(max_length=120, default="", db_default="", blank=True)
    seal = models.CharField(max_length=32, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "board", "place"], name="line_place_once"),
            models.UniqueConstraint(fields=["result", "board", "member"], name="line_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.member}: {self.score}"


class Correction(models.Model):
    """A day that came out differently after the result was frozen; the result stays as it is.

    ``frozen`` and ``counted`` are counted steps, null for a day that was or became unknown.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="corrections")
    date = models.DateField()
    frozen = models.PositiveBigIntegerField(null=True)
    counted = models.PositiveBigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "date"], name="correction_once")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.frozen} would be {self.counted}"


class AuditEntry(models.Model):
    """Who changed what about a challenge, when and why; ``actor`` null is Stepwell itself.

    Entries outlive a draft that was deleted: ``challenge`` is None then, ``challenge_id`` stays.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    challenge = models.ForeignKey(
        Challenge, models.DO_NOTHING, null=True, db_constraint=False, related_name="audit"
    )
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    action = models.CharField(max_length=32)
    subject = models.CharField(max_length=120, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["challenge", "-at"], name="audit_of_challenge"),
            models.Index(fields=["organization", "-at"], name="audit_of_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}Z {self.action}"
