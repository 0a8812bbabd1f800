"""The shapes of answers about rounds, results and entered activities."""

from typing import Any

from rest_framework import serializers

from challenges.conversions import ACTIVITY_KINDS


class Answer(serializers.Serializer[Any]):
    """A shape that only goes out."""


class SideAnswer(Answer):
    """One of two who meet; `won` is null until the round is decided, `steps` of who hides."""

    name = serializers.CharField()
    steps = serializers.IntegerField(allow_null=True)
    is_me = serializers.BooleanField()
    won = serializers.BooleanField(allow_null=True)


class MeetingAnswer(Answer):
    """Two who meet; without `away` the other one goes on."""

    home = SideAnswer()
    away = SideAnswer(allow_null=True)


class RoundAnswer(Answer):
    """One week, counted from 1."""

    number = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    decides_at = serializers.DateTimeField()
    decided = serializers.BooleanField()
    matches = MeetingAnswer(many=True)


class RoundsAnswer(Answer):
    """The rounds drawn so far; `next` is always null."""

    results = RoundAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class CorrectionAnswer(Answer):
    """A day of the asker that came out differently after the result was frozen."""

    date = serializers.DateField()
    frozen = serializers.IntegerField(allow_null=True)
    counted = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class ResultAnswer(Answer):
    """The frozen result; how `fingerprint` is made is part of the documentation."""

    edition = serializers.IntegerField()
    frozen_at = serializers.DateTimeField()
    fingerprint = serializers.CharField()
    corrections = serializers.IntegerField()
    my_corrections = CorrectionAnswer(many=True)


class ActivityBody(serializers.Serializer[Any]):
    """What was done on a local day; the same kind on the same day replaces the amount."""

    date = serializers.DateField()
    kind = serializers.ChoiceField(list(ACTIVITY_KINDS))
    amount = serializers.IntegerField(min_value=0, max_value=100_000)


class ActivityAnswer(Answer):
    """An entry; `id` is null when the amount is 0 and nothing is kept."""

    id = serializers.CharField(allow_null=True)
    date = serializers.DateField()
    kind = serializers.ChoiceField(list(ACTIVITY_KINDS))
    unit = serializers.CharField()
    amount = serializers.IntegerField()
    entered_at = serializers.DateTimeField()


class ActivitiesAnswer(Answer):
    """Entries, newest day first; `next` is always null."""

    results = ActivityAnswer(many=True)
    next = serializers.CharField(allow_null=True)
