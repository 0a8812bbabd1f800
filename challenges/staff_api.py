"""Challenges over HTTP for the people who run them: plan, publish, close, open again."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import audit, audit_shapes, deletion, planning, results, staff_shapes
from challenges.lookups import refused, unplanned
from challenges.models import Challenge
from challenges.plan_rules import PlanInvalid
from challenges.queries import challenges_of
from challenges.refusals import MembershipRefused
from challenges.staff_access import manager_of, own_challenge, staff_of
from users.bodies import checked
from users.paging import page

CURSOR = OpenApiParameter("cursor", str, description="As the last answer's `next` gave it.")
INVALID = OpenApiResponse(description="Something sent is not valid; see `errors` (problem).")
NOT_STAFF = OpenApiResponse(description="`not_staff`, `not_manager` (problem).")
NOT_FOUND = OpenApiResponse(description="No such thing in your organization (problem).")
NOT_A_DRAFT = OpenApiResponse(description="`not_a_draft` (problem).")
REFUSALS = {400: INVALID, 403: NOT_STAFF, 404: NOT_FOUND}


class StaffChallengesView(APIView):
    """All challenges of the organization."""

    @extend_schema(
        operation_id="staff_list_challenges",
        parameters=[CURSOR],
        responses={200: staff_shapes.StaffChallengesOut, 400: INVALID, 403: NOT_STAFF},
    )
    def get(self, request: Request) -> Response:
        """List challenges, drafts too, newest start first."""
        rows = challenges_of(staff_of(request).organization)
        now = timezone.now()
        return Response(page(request, rows, lambda row: staff_shapes.challenge_body(row, now)))

    @extend_schema(
        operation_id="staff_draft_challenge",
        request=staff_shapes.PlanBody,
        responses={201: staff_shapes.StaffChallengeOut, 400: INVALID, 403: NOT_STAFF},
    )
    def post(self, request: Request) -> Response:
        """Make a draft."""
        manager, now = manager_of(request), timezone.now()
        body = checked(staff_shapes.PlanBody(data=request.data))
        draft = _planned(
            lambda: planning.create_draft(
                organization=manager.organization, actor=manager, now=now, **body
            )
        )
        return Response(staff_shapes.challenge_body(draft, now), status=201)


class StaffChallengeView(APIView):
    """One challenge."""

    @extend_schema(
        operation_id="staff_challenge",
        responses={200: staff_shapes.StaffChallengeOut, 403: NOT_STAFF, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return the challenge with its rules."""
        challenge = own_challenge(staff_of(request), challenge_id)
        return Response(staff_shapes.challenge_body(challenge, timezone.now()))

    @extend_schema(
        operation_id="staff_change_challenge",
        request=staff_shapes.PlanBody(partial=True),
        responses={200: staff_shapes.StaffChallengeOut, **REFUSALS},
    )
    def patch(self, request: Request, challenge_id: str) -> Response:
        """Change what is given, as far as the state still allows."""
        manager, now = manager_of(request), timezone.now()
        challenge = own_challenge(manager, challenge_id)
        body = checked(staff_shapes.PlanBody(data=request.data, partial=True))
        changes = staff_shapes.plan_from(body)
        changed = _planned(
            lambda: planning.edit(challenge=challenge, actor=manager, now=now, **changes)
        )
        return Response(staff_shapes.challenge_body(changed, now))

    @extend_schema(
        operation_id="staff_delete_draft",
        responses={204: None, 403: NOT_STAFF, 404: NOT_FOUND, 409: NOT_A_DRAFT},
    )
    def delete(self, request: Request, challenge_id: str) -> Response:
        """Delete a draft with its teams; what was published can only be ended."""
        manager = manager_of(request)
        challenge = own_challenge(manager, challenge_id)
        try:
            deletion.delete_draft(challenge=challenge, actor=manager, now=timezone.now())
        except MembershipRefused as refusal:
            raise refused(refusal) from refusal
        return Response(status=204)


class PublishView(APIView):
    """Publishing."""

    @extend_schema(
        operation_id="staff_publish_challenge",
        request=None,
        responses={200: staff_shapes.StaffChallengeOut, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Let everybody in the organization see and join; publishing twice is once."""
        manager, now = manager_of(request), timezone.now()
        challenge = own_challenge(manager, challenge_id)
        done = _planned(lambda: planning.publish(challenge=challenge, actor=manager, now=now))
        return Response(staff_shapes.challenge_body(done, now))


class CloseView(APIView):
    """Ending a running challenge."""

    @extend_schema(
        operation_id="staff_close_challenge",
        request=None,
        responses={200: staff_shapes.StaffChallengeOut, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Make today the last day; grace follows."""
        manager, now = manager_of(request), timezone.now()
        challenge = own_challenge(manager, challenge_id)
        done = _planned(lambda: planning.close(challenge=challenge, actor=manager, now=now))
        return Response(staff_shapes.challenge_body(done, now))


class ReopenView(APIView):
    """Opening a frozen result again."""

    @extend_schema(
        operation_id="staff_reopen_challenge",
        request=staff_shapes.ReopenBody,
        responses={200: staff_shapes.StaffChallengeOut, **REFUSALS},
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Let late steps count again; the old result is kept."""
        manager, now = manager_of(request), timezone.now()
        challenge = own_challenge(manager, challenge_id)
        body = checked(staff_shapes.ReopenBody(data=request.data))
        done = _planned(lambda: results.reopen(challenge=challenge, actor=manager, now=now, **body))
        return Response(staff_shapes.challenge_body(done, now))


class AuditView(APIView):
    """The audit trail."""

    @extend_schema(
        operation_id="staff_audit_trail",
        parameters=[CURSOR],
        responses={200: audit_shapes.AuditListOut, **REFUSALS},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """List what was done with the challenge, newest first."""
        challenge = own_challenge(staff_of(request), challenge_id)
        return Response(page(request, audit.trail(challenge), audit_shapes.audit_body))


class WholeAuditView(APIView):
    """The audit trail of the organization."""

    @extend_schema(
        operation_id="staff_whole_audit_trail",
        parameters=[CURSOR],
        responses={200: audit_shapes.WholeAuditOut, 400: INVALID, 403: NOT_STAFF},
    )
    def get(self, request: Request) -> Response:
        """List what was done with all challenges, newest first, also with deleted drafts."""
        entries = audit.whole_trail(staff_of(request).organization)
        return Response(page(request, entries, audit_shapes.whole_audit_body))


def _planned(operation: Callable[[], Challenge]) -> Any:
    try:
        return operation()
    except PlanInvalid as refusal:
        raise unplanned(refusal) from refusal
