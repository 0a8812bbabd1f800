"""The HTTP interface of activities that people enter."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import activities, more_answers
from challenges.api import INVALID
from challenges.conversions import ACTIVITY_KINDS
from challenges.lookups import unplanned
from challenges.models import Activity
from challenges.plan_rules import PlanInvalid
from users.authentication import person_of
from users.bodies import checked
from users.identifiers import not_found, uuid_or_404
from users.instants import rfc3339
from users.presence import hold_or_refuse
from users.query_params import date_range

DEFAULT_DAYS = 30


class ActivitiesView(APIView):
    """What one entered because no tracker counts it."""

    @extend_schema(
        operation_id="list_activities",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE),
            OpenApiParameter("to", OpenApiTypes.DATE),
        ],
        responses={200: more_answers.ActivitiesAnswer, 400: INVALID},
    )
    def get(self, request: Request) -> Response:
        """List entries of the last 30 days, or of `from` to `to`."""
        person = person_of(request)
        today = person.calendar.date_of(timezone.now())
        first, last = date_range(request, today=today, default_days=DEFAULT_DAYS)
        rows = activities.between(person=person, first=first, last=last)
        return Response({"results": [_shown(row) for row in rows], "next": None})

    @extend_schema(
        operation_id="enter_activity",
        request=more_answers.ActivityBody,
        responses={200: more_answers.ActivityAnswer, 400: INVALID},
    )
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Enter an amount for a local day; it replaces what was entered, 0 takes it away."""
        body = checked(more_answers.ActivityBody(data=request.data))
        person, now = hold_or_refuse(person_of(request).pk), timezone.now()
        day, kind, amount = body["date"], body["kind"], body["amount"]
        try:
            row = activities.enter(person=person, day=day, kind=kind, amount=amount, now=now)
        except PlanInvalid as refusal:
            raise unplanned(refusal) from refusal
        gone = Activity(person=person, date=day, kind=kind, amount=0, entered_at=now)
        return Response(_shown(row or gone) | ({} if row else {"id": None}))


class ActivityView(APIView):
    """One entry."""

    @extend_schema(
        operation_id="remove_activity",
        responses={
            204: None,
            404: OpenApiResponse(description="No such entry of yours (problem)."),
        },
    )
    def delete(self, request: Request, activity_id: str) -> Response:
        """Take an entry away."""
        pk, person = uuid_or_404(activity_id), person_of(request)
        if not activities.remove(person=person, activity_id=pk, now=timezone.now()):
            raise not_found()
        return Response(status=204)


def _shown(row: Activity) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "date": row.date,
        "kind": row.kind,
        "unit": ACTIVITY_KINDS[row.kind].unit,
        "amount": row.amount,
        "entered_at": rfc3339(row.entered_at),
    }
