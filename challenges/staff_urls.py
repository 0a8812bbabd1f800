"""Routes for the people who run challenges, mounted under ``/api/v1/staff/``."""

from django.urls import path

from challenges import staff_api, staff_teams_api

ONE = "challenges/<str:challenge_id>"
urlpatterns = [
    path("audit", staff_api.WholeAuditView.as_view(), name="staff-whole-audit"),
    path("challenges", staff_api.StaffChallengesView.as_view(), name="staff-challenges"),
    path(ONE, staff_api.StaffChallengeView.as_view(), name="staff-challenge"),
    path(f"{ONE}/publish", staff_api.PublishView.as_view(), name="staff-publish"),
    path(f"{ONE}/close", staff_api.CloseView.as_view(), name="staff-close"),
    path(f"{ONE}/reopen", staff_api.ReopenView.as_view(), name="staff-reopen"),
    path(f"{ONE}/audit", staff_api.AuditView.as_view(), name="staff-audit"),
    path(f"{ONE}/teams", staff_teams_api.StaffTeamsView.as_view(), name="staff-teams"),
    path(f"{ONE}/teams/fill", staff_teams_api.FillTeamsView.as_view(), name="staff-fill"),
    path(f"{ONE}/teams/<str:team_id>", staff_teams_api.StaffTeamView.as_view(), name="staff-team"),
    path(
        f"{ONE}/teams/<str:team_id>/invite",
        staff_teams_api.StaffInviteView.as_view(),
        name="staff-invite",
    ),
    path(
        f"{ONE}/participants",
        staff_teams_api.StaffParticipantsView.as_view(),
        name="staff-participants",
    ),
    path(
        f"{ONE}/participants/<int:participant_id>/move",
        staff_teams_api.MoveView.as_view(),
        name="staff-move",
    ),
    path(
        f"{ONE}/participants/<int:participant_id>/remove",
        staff_teams_api.RemoveView.as_view(),
        name="staff-remove",
    ),
]
