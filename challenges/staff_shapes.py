"""The shapes of what staff send and get."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from challenges import invitations, rules
from challenges.answers import RuleDataAnswer
from challenges.models import Challenge, Participant, Team
from challenges.phases import OPEN_END, State, final_at, last_day, state_of
from challenges.results import MOST_HOURS
from challenges.staff_access import storable
from users.instants import rfc3339, rfc3339_or_none

LONG_NUMBER = 2**31 - 1


class PlanBody(serializers.Serializer[Any]):
    """A plan for a challenge; `ends_on` null has no last day, for kinds that can do without.

    `settings` are the parameters of the kind, `team_rules` the rules for teams.
    """

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    kind = serializers.CharField(max_length=24, required=False)
    settings = serializers.DictField(required=False, validators=[storable])
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    grace_hours = serializers.IntegerField(required=False, min_value=0, max_value=LONG_NUMBER)
    daily_cap = serializers.IntegerField(required=False, allow_null=True)
    minimum_day = serializers.IntegerField(required=False)
    manual_policy = serializers.CharField(max_length=8, required=False)
    manual_limit = serializers.IntegerField(required=False, allow_null=True)
    zone_rule = serializers.CharField(max_length=12, required=False)
    providers = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=40
    )
    late_joiners = serializers.CharField(max_length=12, required=False)
    conversions = serializers.CharField(max_length=16, required=False, allow_blank=True)
    team_rules = serializers.DictField(required=False, validators=[storable])


class ReopenBody(serializers.Serializer[Any]):
    """Why a result is opened again, and for how many hours."""

    reason = serializers.CharField(max_length=500)
    hours = serializers.IntegerField(min_value=1, max_value=MOST_HOURS)


class TeamNamesBody(serializers.Serializer[Any]):
    """Names for new teams."""

    names = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=1000
    )


class FillBody(serializers.Serializer[Any]):
    """How those without a team are put into teams."""

    by = serializers.ChoiceField(["random", "department"])


class TeamChangeBody(serializers.Serializer[Any]):
    """A team's name and its captain (a participant, or null for nobody)."""

    name = serializers.CharField(max_length=80)
    captain_id = serializers.IntegerField(allow_null=True, min_value=1, max_value=2**63 - 1)


class AddPersonBody(serializers.Serializer[Any]):
    """Somebody of the organization who is to take part."""

    email = serializers.EmailField(max_length=254)
    team_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class MoveBody(serializers.Serializer[Any]):
    """The team somebody is to be in, or null for none."""

    team_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RemoveBody(serializers.Serializer[Any]):
    """Why somebody is taken out."""

    reason = serializers.CharField(max_length=500)


class StaffChallengeOut(serializers.Serializer[Any]):
    """A challenge as staff see it, with its rules as data and in words."""

    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    state = serializers.ChoiceField([state.value for state in State])
    published_at = serializers.DateTimeField(allow_null=True)
    final_at = serializers.DateTimeField(allow_null=True)
    frozen_at = serializers.DateTimeField(allow_null=True)
    rules = RuleDataAnswer()
    words = serializers.ListField(child=serializers.CharField())


class StaffChallengesOut(serializers.Serializer[Any]):
    """Challenges, newest start first."""

    results = StaffChallengeOut(many=True)
    next = serializers.CharField(allow_null=True)


class StaffTeamOut(serializers.Serializer[Any]):
    """A team; whoever has the invitation can join it, ``url`` is the same as a link."""

    id = serializers.CharField()
    name = serializers.CharField()
    captain_id = serializers.IntegerField(allow_null=True)
    members = serializers.IntegerField()
    invite = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)


class StaffTeamsOut(serializers.Serializer[Any]):
    """Teams by name."""

    results = StaffTeamOut(many=True)
    next = serializers.CharField(allow_null=True)


class FilledOut(serializers.Serializer[Any]):
    """How many people were put into teams."""

    people = serializers.IntegerField()


class StaffParticipantOut(serializers.Serializer[Any]):
    """Somebody who takes part, or has left."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()
    team_id = serializers.CharField(allow_null=True)
    joined_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)


class StaffParticipantsOut(serializers.Serializer[Any]):
    """Participants by name."""

    results = StaffParticipantOut(many=True)
    next = serializers.CharField(allow_null=True)


def plan_from(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan as it is stored: no last day is a date of its own."""
    plan = dict(body)
    if "ends_on" in plan and plan["ends_on"] is None:
        plan["ends_on"] = OPEN_END
    return plan


def challenge_body(row: Challenge, now: Any) -> dict[str, Any]:
    """A challenge as staff get it."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "description": row.description,
        "state": state_of(row, now).value,
        "published_at": rfc3339_or_none(row.published_at),
        "final_at": rfc3339(final_at(row)) if last_day(row) else None,
        "frozen_at": rfc3339_or_none(row.frozen_at),
        "rules": RuleDataAnswer(rules.as_data(row)).data,
        "words": rules.describe(row),
    }


def team_body(row: Team, *, members: int, shows_invite: bool) -> dict[str, Any]:
    """A team as staff get it; only managers see invitations."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "captain_id": row.captain_id,
        "members": members,
        "invite": row.invite if shows_invite else None,
        "url": invitations.address(row.invite) if shows_invite else None,
    }


def participant_body(row: Participant) -> dict[str, Any]:
    """A participant as staff get them."""
    return {
        "id": row.pk,
        "name": row.person.display_name,
        "email": row.person.email,
        "team_id": str(row.team_id) if row.team_id else None,
        "joined_at": rfc3339(row.joined_at),
        "left_at": rfc3339_or_none(row.left_at),
    }
