"""Steps and sources over HTTP."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from steps import queries, render, schemas
from users.authentication import person_of
from users.calendar import ONE_DAY
from users.conditional import conditional
from users.query_params import date_range, parse_date

_RANGE = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="First local day, inclusive."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last local day, inclusive."),
]


class StepsView(APIView):
    """The person's merged days."""

    @extend_schema(parameters=_RANGE, responses=schemas.DayList, operation_id="steps")
    def get(self, request: Request) -> HttpResponse:
        """Return the days of a range (by default the last 30), oldest first."""
        person, now = person_of(request), timezone.now()
        today = person.calendar.date_of(now)
        first, last = date_range(request, today=today, default_days=30)
        stored = queries.days_between(person_id=person.pk, first=first, last=last)
        wanted = (first + n * ONE_DAY for n in range((last - first).days + 1))
        results = render.day_list(person, stored, wanted, now)
        return conditional(request, {"results": results, "next": None})


class DayView(APIView):
    """One merged day, explained from the ledger."""

    @extend_schema(responses=schemas.DayExplained, operation_id="steps_of_day")
    def get(self, request: Request, day: str) -> HttpResponse:
        """Return the day's hours, sources, exclusions and every change."""
        explained = queries.explain(person=person_of(request), day=parse_date(day, "date"))
        return conditional(request, render.day_explained(explained, timezone.now()))


class SourcesView(APIView):
    """The person's sources."""

    @extend_schema(responses=schemas.SourceList, operation_id="sources")
    def get(self, request: Request) -> Response:
        """Return the sources, best first."""
        rows = queries.sources_of(person_id=person_of(request).pk)
        return Response({"results": [render.source(row) for row in rows], "next": None})
