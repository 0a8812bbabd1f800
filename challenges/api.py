"""The HTTP interface of challenges."""

import uuid
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import answers, catalogue, membership, standings
from challenges.entrants import BOARDS
from challenges.ladder import BadCursor
from challenges.membership import MembershipRefused
from challenges.models import Challenge, Team
from challenges.progress import progress
from users.authentication import person_of
from users.conditional import conditional
from users.models import User
from users.problems import ProblemError

NOT_FOUND = OpenApiResponse(description="No such challenge in your organization (problem).")
INVALID = OpenApiResponse(description="Something sent is not valid; see `errors` (problem).")
REFUSED = OpenApiResponse(description="`challenge_closed`, `team_already_chosen` (problem).")


class ChallengesView(APIView):
    """The challenges of the organization."""

    @extend_schema(
        operation_id="list_challenges",
        parameters=[answers.ListQuery],
        responses={200: answers.CardsAnswer, 400: INVALID},
    )
    def get(self, request: Request) -> Response:
        """List what is published, newest start first."""
        query = _checked(answers.ListQuery(data=request.query_params))
        cards = catalogue.cards(person_of(request), now=timezone.now(), state=query.get("state"))
        return Response(answers.whole_list(cards))


class ChallengeView(APIView):
    """One challenge."""

    @extend_schema(operation_id="challenge", responses={200: answers.DetailsAnswer, 404: NOT_FOUND})
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the challenge with its rules, in words and as data, and its teams."""
        person = person_of(request)
        challenge = _challenge(person, challenge_id)
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
        challenge = _challenge(person, challenge_id)
        body = _checked(answers.JoinBody(data=request.data))
        team = _team(challenge, body["team_id"])
        try:
            row = membership.join(challenge=challenge, person=person, team=team, now=timezone.now())
        except MembershipRefused as refusal:
            raise ProblemError(409, refusal.code, refusal.detail) from refusal
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
        challenge = _challenge(person, challenge_id)
        try:
            row = membership.leave(challenge=challenge, person=person, now=timezone.now())
        except MembershipRefused as refusal:
            raise ProblemError(409, refusal.code, refusal.detail) from refusal
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
        challenge = _challenge(person, challenge_id)
        query = _checked(answers.LeaderboardQuery(data=request.query_params))
        try:
            page = standings.leaderboard(
                challenge=challenge,
                person=person,
                board=BOARDS[query["board"]],
                view=standings.View(query["view"]),
                limit=query["limit"],
                cursor=query.get("cursor"),
                now=timezone.now(),
            )
        except BadCursor as error:
            raise _invalid("cursor", "This cursor was not made by this list.") from error
        return conditional(request, asdict(page), but="as_of")


class ProgressView(APIView):
    """One's own days."""

    @extend_schema(
        operation_id="challenge_progress",
        responses={200: answers.ProgressAnswer, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the days so far; `steps` is null while nothing is known of a day."""
        person = person_of(request)
        challenge = _challenge(person, challenge_id)
        row = catalogue.active_participation(challenge, person)
        if row is None:
            raise ProblemError(404, "not_joined", "You have not joined this challenge.")
        return Response(answers.whole_list(progress(row, person, now=timezone.now())))


def _checked(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _invalid(field: str, message: str) -> ProblemError:
    detail = "Some of what was sent is not valid; see errors."
    return ProblemError(400, "invalid", detail, errors={field: [message]})


def _challenge(person: User, challenge_id: str) -> Challenge:
    """Return a challenge the person can see; anything else does not exist for them."""
    try:
        challenge = catalogue.visible_to(person).filter(pk=uuid.UUID(challenge_id)).first()
    except ValueError:
        challenge = None
    if challenge is None:
        raise ProblemError(404, "not_found", "There is no such challenge.")
    return challenge


def _team(challenge: Challenge, team_id: uuid.UUID | None) -> Team | None:
    if team_id is None:
        return None
    team = Team.objects.filter(challenge=challenge, pk=team_id).first()
    if team is None:
        raise _invalid("team_id", "There is no such team in this challenge.")
    return team
