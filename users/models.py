"""Organizations, people and the groups they belong to."""

import uuid
import zoneinfo
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from users.calendar import LocalCalendar, Stay

# Names that lie among the zones and are no place: whatever this machine is set to, and "not set".
_NOWHERE = {"localtime", "Factory"}


@cache
def known_zones() -> frozenset[str]:
    """Every IANA zone name this machine can compute with."""
    return frozenset(zoneinfo.available_timezones() - _NOWHERE)


def validate_zone(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` is an IANA time zone such as ``Europe/Berlin``."""
    if name not in known_zones():
        raise ValidationError(f"{name!r} is not an IANA time zone such as Europe/Berlin.")


class Organization(models.Model):
    """A company. It is a wall: nothing of one is ever visible in another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    minimum_group_size = models.PositiveSmallIntegerField(default=5)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """A department or a site of an organization."""

    class Kind(models.TextChoices):
        """What the group stands for."""

        DEPARTMENT = "department"
        SITE = "site"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="groups")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "name"], name="group_name_once_per_kind"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may do in their own organization."""

    PARTICIPANT = "participant"
    HR_VIEWER = "hr_viewer"
    HR_MANAGER = "hr_manager"


class Visibility(models.TextChoices):
    """How a person appears to others on a leaderboard."""

    NAME = "name"
    ALIAS = "alias"
    HIDDEN = "hidden"


class User(AbstractBaseUser):
    """A person of one organization who signs in by e-mail.

    ``timezone`` decides where the person's local days begin; ``zone_moves`` remembers each earlier
    one as ``[instant of the move, zone before]``, so that changing it never moves past days.
    ``is_staff`` marks an operator: somebody who runs this installation and sees how all of it does,
    which no role in an organization includes.
    ``leaderboard_name`` is the alias shown when ``leaderboard_visibility`` is ``alias``.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="people")
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=80)
    leaderboard_name = models.CharField(max_length=40, blank=True)
    leaderboard_visibility = models.CharField(
        max_length=8, choices=Visibility.choices, default=Visibility.NAME
    )
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.PARTICIPANT)
    groups = models.ManyToManyField(Group, related_name="people", blank=True)
    zone_moves = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone now, ready to compute with."""
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def calendar(self) -> LocalCalendar:
        """The person's local days through every move."""
        zones = [zoneinfo.ZoneInfo(name) for _, name in self.zone_moves] + [self.zone]
        instants = [datetime.fromisoformat(at) for at, _ in self.zone_moves]
        return LocalCalendar(zones[0], map(Stay, instants, zones[1:]))

    def move(self, timezone: str, *, now: datetime) -> None:
        """Live in another zone from now on; the caller saves."""
        if timezone != self.timezone:
            self.zone_moves = [*self.zone_moves, [now.isoformat(), self.timezone]]
            self.timezone = timezone

    @property
    def is_hr(self) -> bool:
        """Whether the person may open the dashboard of their organization."""
        return self.role in {Role.HR_VIEWER, Role.HR_MANAGER}

    @property
    def is_hr_manager(self) -> bool:
        """Whether the person may change challenges, not only read them."""
        return self.role == Role.HR_MANAGER

    @property
    def board_name(self) -> str:
        """The name other participants see."""
        alias = self.leaderboard_visibility == Visibility.ALIAS
        return self.leaderboard_name if alias and self.leaderboard_name else self.display_name
