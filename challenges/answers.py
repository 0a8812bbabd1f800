"""The shapes of this room's requests and answers, for reading queries and for the API document."""

from dataclasses import asdict, fields
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from challenges.catalogue import Details
from challenges.freshness import Freshness
from challenges.kind_registry import slugs
from challenges.models import LateJoiners, ManualPolicy
from challenges.phases import DayStatus, State
from challenges.standings import BOARD_NAMES, BoardState, Leaderboard, View

PUBLIC_STATES = [state.value for state in State if state is not State.DRAFT]


class Answer(serializers.Serializer[Any]):
    """A shape that only goes out."""


class ListQuery(serializers.Serializer[Any]):
    """Query of the list."""

    state = serializers.ChoiceField(PUBLIC_STATES, required=False)


class LeaderboardQuery(serializers.Serializer[Any]):
    """Query of a leaderboard."""

    board = serializers.ChoiceField(BOARD_NAMES, default="people")
    view = serializers.ChoiceField([view.value for view in View], default=View.TOP.value)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=50)
    cursor = serializers.CharField(max_length=200, required=False)


class JoinBody(serializers.Serializer[Any]):
    """Body of a join; without a team or an invitation to one, one takes part alone."""

    team_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    invite = serializers.CharField(
        required=False, allow_null=True, default=None, min_length=1, max_length=32
    )


class TeamBody(serializers.Serializer[Any]):
    """Body that makes a team."""

    name = serializers.CharField(max_length=80)


class CardAnswer(Answer):
    """A challenge in a list."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(slugs())
    state = serializers.ChoiceField(PUBLIC_STATES)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    final_at = serializers.DateTimeField(allow_null=True)
    joined = serializers.BooleanField()
    participants = serializers.IntegerField()
    unit = serializers.CharField()


class CardsAnswer(Answer):
    """All challenges asked for; ``next`` is always null."""

    results = CardAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class TeamLineAnswer(Answer):
    """A team one can join."""

    id = serializers.CharField()
    name = serializers.CharField()
    members = serializers.IntegerField()
    full = serializers.BooleanField()


class TeamNameAnswer(Answer):
    """The team the asker is in; whoever has ``invite`` can join it.

    ``url`` is the same invitation as a link for a browser, to be shared.
    """

    id = serializers.CharField()
    name = serializers.CharField()
    is_captain = serializers.BooleanField()
    invite = serializers.CharField()
    url = serializers.CharField(allow_null=True)


class OutlookAnswer(Answer):
    """How far the asker has come, or everybody together where the goal is shared.

    ``steps`` are counted steps, ``goal`` is data of the challenge's kind.
    """

    of = serializers.ChoiceField(["me", "everybody"])
    steps = serializers.IntegerField()
    goal = serializers.DictField()


class RateAnswer(Answer):
    """Steps for one unit of an activity."""

    kind = serializers.CharField()
    steps = serializers.IntegerField()


class RuleDataAnswer(Answer):
    """The rules for a program to read."""

    kind = serializers.CharField()
    scoring = serializers.CharField()
    settings = serializers.DictField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    daily_cap = serializers.IntegerField(allow_null=True)
    minimum_day = serializers.IntegerField()
    manual_policy = serializers.ChoiceField(ManualPolicy.choices)
    manual_limit = serializers.IntegerField(allow_null=True)
    providers = serializers.ListField(child=serializers.CharField())
    late_joiners = serializers.ChoiceField(LateJoiners.choices)
    conversions = RateAnswer(many=True)
    conversion_table = serializers.CharField(allow_null=True)
    teams = serializers.CharField()
    team_rules = serializers.DictField()
    time_zone_rule = serializers.CharField()
    grace_hours = serializers.IntegerField()


class RulesAnswer(RuleDataAnswer):
    """The rules as sentences (``words``) and as data (``data``; its fields stand beside it too)."""

    words = serializers.ListField(child=serializers.CharField())
    data = RuleDataAnswer()  # type: ignore[assignment]  # the field is taken off the class


class DetailsAnswer(CardAnswer):
    """One challenge; ``team`` is the asker's."""

    description = serializers.CharField()
    rules = RulesAnswer()
    teams = TeamLineAnswer(many=True)
    team = TeamNameAnswer(allow_null=True)
    outlook = OutlookAnswer()


class ParticipationAnswer(Answer):
    """How the asker takes part."""

    challenge_id = serializers.CharField()
    joined = serializers.BooleanField()
    joined_at = serializers.DateTimeField(allow_null=True)
    team = TeamNameAnswer(allow_null=True)
    score = serializers.IntegerField()
    steps = serializers.IntegerField()


class PersonEntryAnswer(Answer):
    """A person on the board."""

    rank = serializers.IntegerField()
    name = serializers.CharField()
    score = serializers.IntegerField()
    steps = serializers.IntegerField()
    team = serializers.CharField(allow_null=True)
    freshness = serializers.ChoiceField([level.value for level in Freshness])
    is_me = serializers.BooleanField()
    moved = serializers.IntegerField(allow_null=True)


class GroupEntryAnswer(Answer):
    """A team or a department on the board."""

    rank = serializers.IntegerField()
    name = serializers.CharField()
    score = serializers.IntegerField()
    steps = serializers.IntegerField()
    members = serializers.IntegerField()
    is_me = serializers.BooleanField()
    moved = serializers.IntegerField(allow_null=True)


class PeopleLeaderboardAnswer(Answer):
    """A page of the people board."""

    as_of = serializers.DateTimeField()
    state = serializers.ChoiceField([state.value for state in BoardState])
    unit = serializers.CharField()
    entries = PersonEntryAnswer(many=True)
    me = PersonEntryAnswer(allow_null=True)
    next = serializers.CharField(allow_null=True)
    fingerprint = serializers.CharField(allow_null=True)


class GroupsLeaderboardAnswer(Answer):
    """A page of the teams or the departments board."""

    as_of = serializers.DateTimeField()
    state = serializers.ChoiceField([state.value for state in BoardState])
    unit = serializers.CharField()
    entries = GroupEntryAnswer(many=True)
    me = GroupEntryAnswer(allow_null=True)
    next = serializers.CharField(allow_null=True)
    fingerprint = serializers.CharField(allow_null=True)


LEADERBOARD_ANSWER = PolymorphicProxySerializer(
    component_name="Leaderboard",
    serializers=[PeopleLeaderboardAnswer, GroupsLeaderboardAnswer],
    resource_type_field_name=None,
)


class ProgressDayAnswer(Answer):
    """One local day of the asker."""

    date = serializers.DateField()
    steps = serializers.IntegerField(allow_null=True)
    counted = serializers.IntegerField()
    capped = serializers.BooleanField()
    goal_met = serializers.BooleanField(allow_null=True)
    points = serializers.IntegerField()
    typed = serializers.IntegerField()
    converted = serializers.IntegerField()
    left_out = serializers.DictField(child=serializers.IntegerField())
    status = serializers.ChoiceField([status.value for status in DayStatus])


class ProgressAnswer(Answer):
    """All days so far; ``next`` is always null."""

    results = ProgressDayAnswer(many=True)
    next = serializers.CharField(allow_null=True)


def details_body(details: Details) -> dict[str, Any]:
    """Lay the parts of a challenge out as ``DetailsAnswer`` says."""
    return asdict(details.card) | {
        "description": details.description,
        "rules": _rules_body(details),
        "teams": [asdict(team) for team in details.teams],
        "team": asdict(details.team) if details.team else None,
        "outlook": asdict(details.outlook),
    }


def _rules_body(details: Details) -> dict[str, Any]:
    data = asdict(details.rules.data)
    data["conversions"] = [rate._asdict() for rate in details.rules.data.conversions]
    return {"words": details.rules.words, "data": data, **data}


def whole_list(rows: list[Any]) -> dict[str, Any]:
    """Lay out a list that fits one page."""
    return {"results": [asdict(row) for row in rows], "next": None}


def leaderboard_body(page: Leaderboard) -> dict[str, Any]:
    """Lay a page out as its answer says; the lines are encoded as they are."""
    return {field.name: getattr(page, field.name) for field in fields(page)}
