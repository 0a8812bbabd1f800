"""The HTTP interface of challenges."""

from dataclasses import asdict

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import answers, catalogue, membership, standings
from challenges.ladder import BadCursor
from challenges.lookups import challenge_or_404, invalid, refused, team_named
from challenges.progress import progress
from challenges.refusals import MembershipRefused
from users.authentication import person_of
from users.bodies import checked
from users.conditional import conditional
from users.problems import ProblemError

NOT_FOUND = OpenApiResponse(description="No such challenge in your organization (problem).")
INVALID = OpenApiResponse(description="Something sent is not valid; see `errors` (problem).")
REFUSED = OpenApiResponse(
    description="`challenge_closed`, `team_already_chosen`, `team_full` (problem)."
)


class ChallengesView(APIView):
    """The challenges of the organization."""

    @extend_schema(
        operation_id="list_challenges",
        parameters=[answers.ListQuery],
        responses={200: answers.CardsAnswer, 400: INVALID},
    )
    def get(self, request: Request) -> Response:
        """List what is published, newest start first."""
        query = checked(answers.ListQuery(data=request.query_params))
        cards = catalogue.cards(person_of(request), now=timezone.now(), state=query.get("state"))
        return Response(answers.whole_list(cards))


class ChallengeView(APIView):
    """One challenge."""

    @extend_schema(operation_id="challenge", responses={200: answers.DetailsAnswer, 404: NOT_FOUND})
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the challenge with its rules, in words and as data, and its teams."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        details = catalogue.details(challenge, person, now=timezone.now())
        return Response(answers.details_body(details))


class JoinView(APIView):
    """Taking part."""

    @extend_schema(
        operation_id="join_challenge",
        request=answers.JoinBody,
        responses={
            200: answers.ParticipationAnswer,
            400: INVALID,
            404: NOT_FOUND,
            409: REFUSED,
        },
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Join, in a team if one is named; joining again changes nothing."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        body = checked(answers.JoinBody(data=request.data))
        team = team_named(challenge, team_id=body["team_id"], invite=body["invite"])
        try:
            row = membership.join(challenge=challenge, person=person, team=team, now=timezone.now())
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(asdict(catalogue.participation(challenge, row)))


class LeaveView(APIView):
    """Taking part no longer."""

    @extend_schema(
        operation_id="leave_challenge",
        request=None,
        responses={200: answers.ParticipationAnswer, 404: NOT_FOUND, 409: REFUSED},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Leave; leaving again, or without having joined, changes nothing."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        try:
            row = membership.leave(challenge=challenge, person=person, now=timezone.now())
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(asdict(catalogue.participation(challenge, row)))


class LeaderboardView(APIView):
    """Who stands where."""

    @extend_schema(
        operation_id="leaderboard",
        parameters=[answers.LeaderboardQuery],
        responses={
            200: answers.LEADERBOARD_ANSWER,
            304: OpenApiResponse(description="As the client has it (`If-None-Match`)."),
            400: INVALID,
            404: NOT_FOUND,
        },
    )
    def get(self, request: Request, challenge_id: str) -> HttpResponse:
        """Return a page of the people or the teams, and the asker's own line."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        query = checked(answers.LeaderboardQuery(data=request.query_params))
        try:
            page = standings.leaderboard(
                challenge=challenge,
                person=person,
                board=query["board"],
                view=standings.View(query["view"]),
                limit=query["limit"],
                cursor=query.get("cursor"),
                now=timezone.now(),
            )
        except BadCursor as error:
            raise invalid("cursor", "This cursor was not made by this list.") from error
        return conditional(request, answers.leaderboard_body(page), but="as_of")


class ProgressView(APIView):
    """One's own days."""

    @extend_schema(
        operation_id="challenge_progress",
        responses={200: answers.ProgressAnswer, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the days so far; `steps` is null while nothing is known of a day."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        row = catalogue.active_participation(challenge, person)
        if row is None:
            raise ProblemError(404, "not_joined", "You have not joined this challenge.")
        return Response(answers.whole_list(progress(row, person, now=timezone.now())))
