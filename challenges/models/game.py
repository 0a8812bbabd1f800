"""Challenges, teams, participants and the scores derived from merged days.

What is kept once a challenge is final is in ``challenges.models.record``.
"""

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from users.models import Group, Organization


class ManualPolicy(models.TextChoices):
    """What becomes of steps typed by hand; ``limit`` counts ``manual_limit`` of a day at most."""

    EXCLUDE = "exclude"
    LABEL = "label"
    LIMIT = "limit"
    COUNT = "count"


class ZoneRule(models.TextChoices):
    """Whose midnight parts the days."""

    OWN_DAYS = "own_days"
    ORGANIZATION = "organization"


class LateJoiners(models.TextChoices):
    """From when the days of somebody count who joins after the start."""

    FROM_START = "from_start"
    FROM_JOINING = "from_joining"


def new_invite() -> str:
    """Return a code that nobody guesses."""
    return secrets.token_urlsafe(18)


class Challenge(models.Model):
    """A step challenge of one organization over local days ``starts_on`` to ``ends_on`` inclusive.

    Draft until ``published_at``; live, closing and final follow from the calendar and the grace
    period (hours after the last local day has ended everywhere), see ``challenges.phases``; a
    challenge that was opened again stays open until ``open_until`` at least, and nothing changes
    from ``frozen_at`` on. Without a last day ``ends_on`` is ``challenges.phases.OPEN_END``.

    ``settings`` are the parameters of its kind (``challenges.kinds``), ``team_rules`` those of
    ``challenges.team_rules``. In steps per local day: ``daily_cap`` (null: none), ``minimum_day``
    (less than this counts nothing), ``manual_limit``. ``providers`` are slugs, empty for all.
    ``conversions`` names a table of ``challenges.conversions``, or is empty. ``ranked_on`` is the
    organization's day for which ranks were last remembered, ``caught_up_at`` when reports were last
    looked through for what they change here alone (``challenges.choosing``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="challenges")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    kind = models.CharField(max_length=24, default="most_steps")
    settings = models.JSONField(default=dict, db_default={}, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    grace_hours = models.PositiveSmallIntegerField(default=48)
    daily_cap = models.PositiveIntegerField(null=True, blank=True)
    manual_policy = models.CharField(
        max_length=8, choices=ManualPolicy.choices, default=ManualPolicy.EXCLUDE
    )
    manual_limit = models.PositiveIntegerField(null=True, blank=True)
    minimum_day = models.PositiveIntegerField(default=0, db_default=0)
    zone_rule = models.CharField(
        max_length=12, choices=ZoneRule.choices, default=ZoneRule.OWN_DAYS, db_default="own_days"
    )
    providers = models.JSONField(default=list, db_default=[], blank=True)
    late_joiners = models.CharField(
        max_length=12,
        choices=LateJoiners.choices,
        default=LateJoiners.FROM_START,
        db_default="from_start",
    )
    conversions = models.CharField(max_length=16, default="", db_default="", blank=True)
    team_rules = models.JSONField(default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    ranked_on = models.DateField(null=True)
    caught_up_at = models.DateTimeField(null=True)

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
    """A team within one challenge; ``score`` follows from its members by the team rules.

    ``tiebreak`` decides among equal scores, ``version`` orders changes (``challenges.versions``),
    ``rank_before`` is the rank when ranks were last remembered. Who knows ``invite`` may join.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    captain = models.ForeignKey("Participant", models.SET_NULL, null=True, related_name="+")
    invite = models.CharField(max_length=32, default=new_invite, db_default="")
    score = models.BigIntegerField(default=0)
    tiebreak = models.BigIntegerField(default=0, db_default=0)
    version = models.BigIntegerField(default=0)
    rank_before = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "name"], name="team_name_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["challenge", "-score"], name="team_standing"),
            models.Index(fields=["invite"], name="team_invite"),
        ]

    def __str__(self) -> str:
        return self.name


class Participant(models.Model):
    """A person taking part. ``score`` and ``tiebreak`` follow from counted days by the kind.

    ``steps`` are all steps of ``days_known`` days, ``version`` orders changes. Days before
    ``counts_from`` count nothing; the team gets what is counted from ``team_since`` on (null: from
    the start). ``rank_before`` is the rank when ranks were last remembered.

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
    counts_from = models.DateField(null=True)
    team_since = models.DateField(null=True)
    hidden = models.BooleanField(default=False)
    score = models.BigIntegerField(default=0)
    tiebreak = models.BigIntegerField(default=0, db_default=0)
    steps = models.BigIntegerField(default=0)
    days_known = models.PositiveIntegerField(default=0, db_default=0)
    rounds_won = models.PositiveSmallIntegerField(default=0, db_default=0)
    version = models.BigIntegerField(default=0)
    rank_before = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "person"], name="participant_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["challenge", "-score", "-tiebreak", "id"],
                condition=models.Q(left_at__isnull=True, hidden=False),
                name="participant_place",
            ),
            models.Index(fields=["challenge", "version"], name="participant_version"),
        ]

    def __str__(self) -> str:
        return f"participant {self.pk}"


class TeamStay(models.Model):
    """Days somebody walked for a team they are no longer in, where earlier steps stay with it.

    From ``first`` (null: from the start) to ``last`` inclusive, as local days.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="stays")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="stays")
    first = models.DateField(null=True)
    last = models.DateField()

    def __str__(self) -> str:
        return f"until {self.last}"


class DepartmentRank(models.Model):
    """The rank of a department (a group of the users room) when ranks were last remembered."""

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="department_ranks")
    department = models.ForeignKey(Group, models.CASCADE, related_name="+")
    rank = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "department"], name="department_rank_once")
        ]

    def __str__(self) -> str:
        return f"{self.rank}."


class ScoredDay(models.Model):
    """What one local day gave: ``steps`` before and ``counted`` after the challenge's rules.

    ``steps`` include hand-typed ones as far as the manual policy lets them in, and ``converted``
    ones that come from entered activities; ``typed`` are all hand-typed steps of the day.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="scored_days")
    date = models.DateField()
    steps = models.PositiveBigIntegerField()
    counted = models.PositiveBigIntegerField()
    typed = models.PositiveBigIntegerField(default=0, db_default=0)
    converted = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "date"], name="scored_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.counted}"


class Activity(models.Model):
    """What a person entered for a local day because no tracker counts it as steps.

    ``kind`` is one of ``challenges.conversions``, ``amount`` in its unit. Entering the same kind
    for the same day again replaces the amount.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    date = models.DateField()
    kind = models.CharField(max_length=32)
    amount = models.PositiveIntegerField()
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "date", "kind"], name="activity_once")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.amount} {self.kind}"


class Match(models.Model):
    """Two participants who meet in a round (from 0); ``away`` null: nobody, ``home`` goes on.

    Once decided it keeps the steps that decided it.
    """

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="matches")
    round = models.PositiveSmallIntegerField()
    place = models.PositiveIntegerField()
    home = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    away = models.ForeignKey(Participant, models.CASCADE, null=True, related_name="+")
    home_steps = models.PositiveBigIntegerField(null=True)
    away_steps = models.PositiveBigIntegerField(null=True)
    winner = models.ForeignKey(Participant, models.CASCADE, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "round", "place"], name="match_once")
        ]

    def __str__(self) -> str:
        return f"round {self.round}, match {self.place}"
