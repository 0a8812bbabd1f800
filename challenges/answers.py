"""The shapes of this room's requests and answers, for reading queries and for the API document."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from challenges.catalogue import Details
from challenges.entrants import BOARDS
from challenges.freshness import Freshness
from challenges.models import Challenge, ManualPolicy
from challenges.phases import DayStatus, State
from challenges.standings import View

PUBLIC_STATES = [state.value for state in State if state is not State.DRAFT]


class Answer(serializers.Serializer[Any]):
    """A shape that only goes out."""


class ListQuery(serializers.Serializer[Any]):
    """Query of the list."""

    state = serializers.ChoiceField(PUBLIC_STATES, required=False)


class LeaderboardQuery(serializers.Serializer[Any]):
    """Query of a leaderboard."""

    board = serializers.ChoiceField(list(BOARDS), default="people")
    view = serializers.ChoiceField([view.value for view in View], default=View.TOP.value)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=50)
    cursor = serializers.CharField(max_length=200, required=False)


class JoinBody(serializers.Serializer[Any]):
    """Body of a join; without a team one takes part alone."""

    team_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class CardAnswer(Answer):
    """A challenge in a list."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Challenge.Kind.choices)
    state = serializers.ChoiceField(PUBLIC_STATES)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    final_at = serializers.DateTimeField()
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


class TeamNameAnswer(Answer):
    """The team somebody is in."""

    id = serializers.CharField()
    name = serializers.CharField()


class RulesAnswer(Answer):
    """The rules as sentences (``words``) and as data."""

    words = serializers.ListField(child=serializers.CharField())
    scoring = serializers.CharField()
    daily_cap = serializers.IntegerField(allow_null=True)
    manual_policy = serializers.ChoiceField(ManualPolicy.choices)
    conversions = serializers.ListField(child=serializers.CharField())
    teams = serializers.CharField()
    time_zone_rule = serializers.CharField()
    grace_hours = serializers.IntegerField()


class DetailsAnswer(CardAnswer):
    """One challenge; ``team`` is the asker's."""

    description = serializers.CharField()
    rules = RulesAnswer()
    teams = TeamLineAnswer(many=True)
    team = TeamNameAnswer(allow_null=True)


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


class TeamEntryAnswer(Answer):
    """A team on the board."""

    rank = serializers.IntegerField()
    name = serializers.CharField()
    score = serializers.IntegerField()
    steps = serializers.IntegerField()
    members = serializers.IntegerField()
    is_me = serializers.BooleanField()


class PeopleLeaderboardAnswer(Answer):
    """A page of the people board."""

    as_of = serializers.DateTimeField()
    state = serializers.ChoiceField([status.value for status in DayStatus])
    entries = PersonEntryAnswer(many=True)
    me = PersonEntryAnswer(allow_null=True)
    next = serializers.CharField(allow_null=True)


class TeamsLeaderboardAnswer(Answer):
    """A page of the teams board."""

    as_of = serializers.DateTimeField()
    state = serializers.ChoiceField([status.value for status in DayStatus])
    entries = TeamEntryAnswer(many=True)
    me = TeamEntryAnswer(allow_null=True)
    next = serializers.CharField(allow_null=True)


LEADERBOARD_ANSWER = PolymorphicProxySerializer(
    component_name="Leaderboard",
    serializers=[PeopleLeaderboardAnswer, TeamsLeaderboardAnswer],
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
    status = serializers.ChoiceField([status.value for status in DayStatus])


class ProgressAnswer(Answer):
    """All days so far; ``next`` is always null."""

    results = ProgressDayAnswer(many=True)
    next = serializers.CharField(allow_null=True)


def details_body(details: Details) -> dict[str, Any]:
    """Lay the parts of a challenge out as ``DetailsAnswer`` says."""
    return asdict(details.card) | {
        "description": details.description,
        "rules": {"words": details.rules.words, **asdict(details.rules.data)},
        "teams": [asdict(team) for team in details.teams],
        "team": asdict(details.team) if details.team else None,
    }


def whole_list(rows: list[Any]) -> dict[str, Any]:
    """Lay out a list that fits one page."""
    return {"results": [asdict(row) for row in rows], "next": None}
