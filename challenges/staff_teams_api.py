"""Teams and participants over HTTP for the people who run challenges."""

from django.db.models import Count, Q
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import deletion, planning, staff_shapes, staffing, teams
from challenges.lookups import invalid, refused, unplanned
from challenges.models import Challenge, Participant, Team
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from challenges.staff_access import (
    chosen_team,
    manager_of,
    own_challenge,
    own_participant,
    own_team,
    staff_of,
)
from challenges.staff_api import CURSOR, NOT_FOUND, NOT_STAFF, REFUSALS
from users.bodies import checked
from users.models import User
from users.paging import page

REFUSED = OpenApiResponse(
    description="`challenge_closed`, `team_full`, `team_already_chosen`, `not_joined` (problem)."
)
IN_USE = OpenApiResponse(
    description="`team_not_empty`, `team_has_steps`, `team_in_result`, "
    "`challenge_closed` (problem)."
)
FILLS = {"random": teams.assign_at_random, "department": teams.assign_by_department}


class StaffTeamsView(APIView):
    """The teams of a challenge."""

    @extend_schema(
        operation_id="staff_list_teams",
        responses={200: staff_shapes.StaffTeamsOut, **REFUSALS},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """List the teams by name."""
        staff = staff_of(request)
        return Response(_listed(own_challenge(staff, challenge_id), staff))

    @extend_schema(
        operation_id="staff_add_teams",
        request=staff_shapes.TeamNamesBody,
        responses={201: staff_shapes.StaffTeamsOut, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Add teams, all of them or none; returns all teams of the challenge."""
        manager = manager_of(request)
        challenge = own_challenge(manager, challenge_id)
        names = checked(staff_shapes.TeamNamesBody(data=request.data))["names"]
        try:
            planning.create_teams(
                challenge=challenge, names=names, actor=manager, now=timezone.now()
            )
        except PlanInvalid as refusal:
            raise unplanned(PlanInvalid({"names": refusal.errors["teams"]})) from refusal
        return Response(_listed(challenge, manager), status=201)


class FillTeamsView(APIView):
    """Putting people into teams."""

    @extend_schema(
        operation_id="staff_fill_teams",
        request=staff_shapes.FillBody,
        responses={200: staff_shapes.FilledOut, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Put those without a team into teams, at random or by department."""
        manager = manager_of(request)
        challenge = own_challenge(manager, challenge_id)
        how = checked(staff_shapes.FillBody(data=request.data))["by"]
        try:
            people = FILLS[how](challenge=challenge, actor=manager, now=timezone.now())
        except PlanInvalid as refusal:
            raise unplanned(refusal) from refusal
        return Response({"people": people})


class StaffTeamView(APIView):
    """One team."""

    @extend_schema(
        operation_id="staff_change_team",
        request=staff_shapes.TeamChangeBody,
        responses={200: staff_shapes.StaffTeamOut, **REFUSALS},
    )
    def put(self, request: Request, challenge_id: str, team_id: str) -> Response:
        """Give a team its name and its captain."""
        manager = manager_of(request)
        team = own_team(own_challenge(manager, challenge_id), team_id)
        body = checked(staff_shapes.TeamChangeBody(data=request.data))
        try:
            changed = staffing.change_team(team=team, actor=manager, now=timezone.now(), **body)
        except PlanInvalid as refusal:
            raise unplanned(refusal) from refusal
        members = changed.members.filter(left_at=None).count()
        return Response(staff_shapes.team_body(changed, members=members, shows_invite=True))

    @extend_schema(
        operation_id="staff_delete_team",
        responses={204: None, 403: NOT_STAFF, 404: NOT_FOUND, 409: IN_USE},
    )
    def delete(self, request: Request, challenge_id: str, team_id: str) -> Response:
        """Delete a team that nobody is in and that no result and no steps hang on."""
        manager = manager_of(request)
        team = own_team(own_challenge(manager, challenge_id), team_id)
        try:
            deletion.delete_team(team=team, actor=manager, now=timezone.now())
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(status=204)


class StaffInviteView(APIView):
    """The invitation of a team."""

    @extend_schema(
        operation_id="staff_renew_invite",
        request=None,
        responses={200: staff_shapes.StaffTeamOut, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str, team_id: str) -> Response:
        """Replace the invitation, so that the old one ends."""
        manager = manager_of(request)
        team = own_team(own_challenge(manager, challenge_id), team_id)
        try:
            renewed = staffing.renew_invite(team=team, actor=manager, now=timezone.now())
        except PlanInvalid as refusal:
            raise unplanned(refusal) from refusal
        members = renewed.members.filter(left_at=None).count()
        return Response(staff_shapes.team_body(renewed, members=members, shows_invite=True))


class StaffParticipantsView(APIView):
    """Who takes part."""

    @extend_schema(
        operation_id="staff_list_participants",
        parameters=[CURSOR],
        responses={200: staff_shapes.StaffParticipantsOut, **REFUSALS},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """List participants by name, also who has left."""
        challenge = own_challenge(staff_of(request), challenge_id)
        rows = Participant.objects.filter(challenge=challenge).select_related("person")
        ordered = rows.order_by("person__display_name", "pk")
        return Response(page(request, ordered, staff_shapes.participant_body))

    @extend_schema(
        operation_id="staff_add_participant",
        request=staff_shapes.AddPersonBody,
        responses={201: staff_shapes.StaffParticipantOut, 409: REFUSED, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Let somebody of the organization take part on their behalf."""
        manager = manager_of(request)
        challenge = own_challenge(manager, challenge_id)
        body = checked(staff_shapes.AddPersonBody(data=request.data))
        people = User.objects.filter(organization_id=manager.organization_id, is_active=True)
        person = people.filter(email__iexact=body["email"]).first()
        if person is None:
            raise invalid("email", "Nobody of your company who can sign in has this address.")
        team = chosen_team(challenge, body["team_id"])
        try:
            row = staffing.add_person(
                challenge=challenge, person=person, team=team, actor=manager, now=timezone.now()
            )
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(staff_shapes.participant_body(row), status=201)


class MoveView(APIView):
    """Moving somebody to another team."""

    @extend_schema(
        operation_id="staff_move_participant",
        request=staff_shapes.MoveBody,
        responses={200: staff_shapes.StaffParticipantOut, 409: REFUSED, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str, participant_id: int) -> Response:
        """Put somebody into a team or in none; earlier steps go by the challenge's rule."""
        manager = manager_of(request)
        challenge = own_challenge(manager, challenge_id)
        row = own_participant(challenge, participant_id)
        body = checked(staff_shapes.MoveBody(data=request.data))
        try:
            moved = teams.move(
                challenge=challenge,
                person=row.person,
                team=chosen_team(challenge, body["team_id"]),
                reason=body["reason"],
                actor=manager,
                now=timezone.now(),
            )
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(staff_shapes.participant_body(moved))


class RemoveView(APIView):
    """Taking somebody out."""

    @extend_schema(
        operation_id="staff_remove_participant",
        request=staff_shapes.RemoveBody,
        responses={200: staff_shapes.StaffParticipantOut, 409: REFUSED, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str, participant_id: int) -> Response:
        """Take somebody off the boards; what was scored is kept in case they come back."""
        manager = manager_of(request)
        challenge = own_challenge(manager, challenge_id)
        row = own_participant(challenge, participant_id)
        reason = checked(staff_shapes.RemoveBody(data=request.data))["reason"]
        try:
            removed = staffing.remove_person(
                challenge=challenge,
                person=row.person,
                reason=reason,
                actor=manager,
                now=timezone.now(),
            )
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(staff_shapes.participant_body(removed))


def _listed(challenge: Challenge, staff: User) -> dict[str, object]:
    active = Count("members", filter=Q(members__left_at=None))
    rows = Team.objects.filter(challenge=challenge).annotate(size=active).order_by("name")
    shown = staff.is_hr_manager
    found = [staff_shapes.team_body(row, members=row.size, shows_invite=shown) for row in rows]
    return {"results": found, "next": None}
