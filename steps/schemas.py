"""The shapes of answers about steps, for the OpenAPI document."""

from rest_framework import serializers

from steps.days import DayStatus
from steps.models import SourceKind
from steps.plausibility import Severity


class SourceRef(serializers.Serializer[object]):
    """Which source gave a day."""

    id = serializers.CharField()
    name = serializers.CharField()
    provider = serializers.CharField()


class DayOut(serializers.Serializer[object]):
    """One local day; ``steps`` null means unknown, never zero."""

    date = serializers.DateField()
    steps = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=[s.value for s in DayStatus])
    updated_at = serializers.DateTimeField(allow_null=True)
    source = SourceRef(allow_null=True)  # type: ignore[assignment]


class DayList(serializers.Serializer[object]):
    """Days of a range, oldest first."""

    results = DayOut(many=True)
    next = serializers.CharField(allow_null=True)


class HourOut(serializers.Serializer[object]):
    """Steps of one hour of the day."""

    start = serializers.DateTimeField()
    steps = serializers.IntegerField()


class SourceShareOut(serializers.Serializer[object]):
    """What one source said about the day and what of it counted."""

    id = serializers.CharField()
    name = serializers.CharField()
    provider = serializers.CharField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    reported = serializers.IntegerField()
    counted = serializers.IntegerField()
    reason = serializers.CharField()


class FindingOut(serializers.Serializer[object]):
    """A rule of plausibility that struck on the day; ``hold`` is graver than ``review``."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=[s.value for s in Severity])
    reason = serializers.CharField()
    evidence = serializers.DictField()


class ExclusionOut(serializers.Serializer[object]):
    """Steps left out of the day."""

    reason = serializers.CharField()
    steps = serializers.IntegerField()


# ``from`` is a Python keyword, so this one is written as a call.
ChangeOut = type(
    "ChangeOut",
    (serializers.Serializer,),
    {
        "__doc__": "One change of the day's number.",
        "at": serializers.DateTimeField(),
        "from": serializers.IntegerField(allow_null=True),
        "to": serializers.IntegerField(allow_null=True),
        "why": serializers.CharField(),
        "report_id": serializers.CharField(allow_null=True),
    },
)


class DayExplained(serializers.Serializer[object]):
    """One local day with its hours, sources, exclusions and history."""

    date = serializers.DateField()
    timezone = serializers.CharField()
    steps = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=[s.value for s in DayStatus])
    hours = HourOut(many=True)
    sources = SourceShareOut(many=True)
    excluded = ExclusionOut(many=True)
    findings = FindingOut(many=True)
    history = ChangeOut(many=True)


class SourceOut(serializers.Serializer[object]):
    """One source in the person's order."""

    id = serializers.CharField()
    name = serializers.CharField()
    provider = serializers.CharField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    connection_id = serializers.CharField()
    hidden = serializers.BooleanField()
    first_seen_at = serializers.DateTimeField()


class SourceList(serializers.Serializer[object]):
    """The person's sources, best first."""

    results = SourceOut(many=True)
    next = serializers.CharField(allow_null=True)


class SourceChange(serializers.Serializer[object]):
    """``hidden`` lets a source count no longer: an app nobody uses, a tracker in a drawer."""

    hidden = serializers.BooleanField()


class OrderIn(serializers.Serializer[object]):
    """The ids of sources, best first; sources not named keep the default order behind them."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=100)
