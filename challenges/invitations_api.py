"""Invitations over HTTP, for an app that was opened with a link."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import invitations
from challenges.answers import Answer
from challenges.api import NOT_FOUND
from challenges.invitations import Welcome
from challenges.models import Team
from users.authentication import person_of
from users.problems import ProblemError

TO_COLLEAGUES = [each.value for each in Welcome if each not in {Welcome.SIGN_IN, Welcome.STRANGER}]


class InvitationAnswer(Answer):
    """What an invitation is for, and what the asker can do with it.

    `open` can be taken up with `POST /challenges/{challenge_id}/join {invite}`; `inside` and
    `elsewhere`: the asker is in this or in another team already.
    """

    welcome = serializers.ChoiceField(TO_COLLEAGUES)
    challenge_id = serializers.CharField()
    challenge = serializers.CharField()
    team_id = serializers.CharField()
    team = serializers.CharField()
    url = serializers.CharField()


class InvitationView(APIView):
    """One invitation."""

    @extend_schema(operation_id="invitation", responses={200: InvitationAnswer, 404: NOT_FOUND})
    def get(self, request: Request, invite: str) -> Response:
        """Return what an invitation is for; those to other organizations do not exist."""
        person = person_of(request)
        team = invitations.opened(invite)
        if team is None or team.challenge.organization_id != person.organization_id:
            raise ProblemError(404, "not_found", "This invitation is not valid any more.")
        found = invitations.welcome(team, person, now=timezone.now())
        return Response(_body(team, found))


def _body(team: Team, found: Welcome) -> dict[str, Any]:
    return {
        "welcome": found.value,
        "challenge_id": str(team.challenge_id),
        "challenge": team.challenge.name,
        "team_id": str(team.pk),
        "team": team.name,
        "url": invitations.address(team.invite),
    }
