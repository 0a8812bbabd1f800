"""The HTTP interface of teams that people make, of rounds and of results."""

from dataclasses import asdict

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import answers, bracket_view, catalogue, more_answers, results, teams
from challenges.api import INVALID, NOT_FOUND
from challenges.lookups import challenge_or_404, refused, unplanned
from challenges.models import Correction, Team
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from users.authentication import person_of
from users.bodies import checked
from users.identifiers import uuid_or_404
from users.instants import rfc3339
from users.problems import ProblemError

TEAM_REFUSED = OpenApiResponse(
    description="`teams_by_staff`, `team_already_chosen`, `not_joined`, `not_captain`, "
    "`challenge_closed` (problem)."
)


class TeamsView(APIView):
    """Teams of a challenge."""

    @extend_schema(
        operation_id="form_team",
        request=answers.TeamBody,
        responses={
            201: answers.TeamNameAnswer,
            400: INVALID,
            404: NOT_FOUND,
            409: TEAM_REFUSED,
        },
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Make a team and be its captain, where people make the teams."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        body = checked(answers.TeamBody(data=request.data))
        try:
            teams.form(challenge=challenge, person=person, name=body["name"], now=timezone.now())
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        except PlanInvalid as refusal:
            raise unplanned(PlanInvalid({"name": refusal.errors["teams"]})) from refusal
        row = catalogue.active_participation(challenge, person)
        return Response(asdict(catalogue.participation(challenge, row))["team"], status=201)


class InviteView(APIView):
    """The invitation of a team."""

    @extend_schema(
        operation_id="renew_invite",
        request=None,
        responses={200: answers.TeamNameAnswer, 404: NOT_FOUND, 409: TEAM_REFUSED},
    )
    def post(self, request: Request, challenge_id: str, team_id: str) -> Response:
        """Replace the invitation, so that the old link ends; for the captain."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        team = Team.objects.filter(challenge=challenge, pk=uuid_or_404(team_id)).first()
        if team is None:
            raise ProblemError(404, "not_found", "There is no such team in this challenge.")
        try:
            teams.renew_invite(team=team, person=person, now=timezone.now())
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        row = catalogue.active_participation(challenge, person)
        return Response(asdict(catalogue.participation(challenge, row))["team"])


class RoundsView(APIView):
    """Head to head."""

    @extend_schema(
        operation_id="challenge_rounds",
        responses={200: more_answers.RoundsAnswer, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the rounds drawn so far; none in kinds where nobody meets."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        found = bracket_view.rounds_of(challenge, person)
        return Response({"results": [asdict(each) for each in found], "next": None})


class ResultView(APIView):
    """What was frozen."""

    @extend_schema(
        operation_id="challenge_result",
        responses={200: more_answers.ResultAnswer, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the frozen result's fingerprint, and what came too late for it."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        result = results.current(challenge)
        if result is None:
            raise ProblemError(404, "not_final", "The result of this challenge is not final yet.")
        late = Correction.objects.filter(participant__challenge=challenge)
        mine = late.filter(participant__person=person).order_by("date")
        body = {
            "edition": result.edition,
            "frozen_at": rfc3339(result.frozen_at),
            "fingerprint": result.fingerprint,
            "corrections": late.count(),
            "my_corrections": [
                {
                    "date": row.date,
                    "frozen": row.frozen,
                    "counted": row.counted,
                    "at": rfc3339(row.at),
                }
                for row in mine
            ],
        }
        return Response(body)
