"""Reports over HTTP: what the ``report_id`` in a day's history stands for."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from steps.models import Report
from steps.render import source_ref
from steps.reports import ReportExplained, Statement, explain_report
from steps.schemas import SourceRef
from users.authentication import person_of
from users.identifiers import uuid_or_404
from users.instants import rfc3339, rfc3339_or_none
from users.problems import ProblemError


class StatementOut(serializers.Serializer[object]):
    """What a source said of an interval (``start``, ``end``) or of a civil ``date``."""

    source = SourceRef()  # type: ignore[assignment]
    date = serializers.DateField(allow_null=True)
    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)
    steps = serializers.FloatField()
    manual_steps = serializers.FloatField()


# ``from`` is a Python keyword, so this one is written as a call.
MovedOut = type(
    "MovedOut",
    (serializers.Serializer,),
    {
        "__doc__": "A day whose number the report moved.",
        "date": serializers.DateField(),
        "at": serializers.DateTimeField(),
        "from": serializers.IntegerField(allow_null=True),
        "to": serializers.IntegerField(allow_null=True),
        "why": serializers.CharField(),
    },
)


class ReportOut(serializers.Serializer[object]):
    """One report; of its statements those that still hold, 500 at most (then ``more`` is true)."""

    id = serializers.CharField()
    via = serializers.ChoiceField(choices=Report.Via.choices)
    provider = serializers.CharField(allow_null=True)
    connection_id = serializers.CharField()
    installation_id = serializers.CharField(allow_null=True)
    as_of = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    batch_id = serializers.CharField()
    moved = MovedOut(many=True)
    statements = StatementOut(many=True)
    more = serializers.BooleanField()


class ReportView(APIView):
    """One of the person's reports."""

    @extend_schema(
        operation_id="report",
        responses={
            200: ReportOut,
            404: OpenApiResponse(
                description="You have no such report, or it was dropped with age (problem)."
            ),
        },
    )
    def get(self, request: Request, report_id: str) -> Response:
        """Return when and how the report came, the days it moved and what of it still holds."""
        found = explain_report(person_id=person_of(request).pk, report_id=uuid_or_404(report_id))
        if found is None:
            raise _no_such_report()
        return Response(_body(found))


def _no_such_report() -> ProblemError:
    """Say the same of a report of somebody else, of one that never was and of one that is gone."""
    days = settings.REPORT_DAYS
    kept = f"A report is dropped {days} days after it came, or later, once no number rests on it."
    return ProblemError(404, "not_found", f"You have no such report. {kept}")


def _body(found: ReportExplained) -> dict[str, Any]:
    report = found.report
    return {
        "id": str(report.pk),
        "via": report.via,
        "provider": found.provider,
        "connection_id": str(report.connection_id),
        "installation_id": str(found.installation_id) if found.installation_id else None,
        "as_of": rfc3339(report.as_of),
        "received_at": rfc3339(report.received_at),
        "batch_id": report.batch_id,
        "moved": [
            {
                "date": row.date.isoformat(),
                "at": rfc3339(row.at),
                "from": row.steps_before,
                "to": row.steps_after,
                "why": row.why,
            }
            for row in found.changes
        ],
        "statements": [_statement(each) for each in found.statements],
        "more": found.more,
    }


def _statement(said: Statement) -> dict[str, Any]:
    return {
        "source": source_ref(said.source),
        "date": said.date.isoformat() if said.date else None,
        "start": rfc3339_or_none(said.start),
        "end": rfc3339_or_none(said.end),
        "steps": _number(said.steps),
        "manual_steps": _number(said.manual_steps),
    }


def _number(steps: Decimal) -> int | float:
    """Write whole steps as such; shares of a step come from platforms that cut samples."""
    return int(steps) if steps == int(steps) else float(steps)
