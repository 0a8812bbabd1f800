"""Routes of the challenges room, mounted under ``/api/v1/``."""

from django.urls import include, path

from challenges import activities_api, api, invitations_api, result_lines_api, teams_api

urlpatterns = [
    path("staff/", include("challenges.staff_urls")),
    path("challenges", api.ChallengesView.as_view(), name="challenges"),
    path("challenges/<str:challenge_id>", api.ChallengeView.as_view(), name="challenge"),
    path("challenges/<str:challenge_id>/join", api.JoinView.as_view(), name="challenge-join"),
    path("challenges/<str:challenge_id>/leave", api.LeaveView.as_view(), name="challenge-leave"),
    path(
        "challenges/<str:challenge_id>/leaderboard",
        api.LeaderboardView.as_view(),
        name="challenge-leaderboard",
    ),
    path(
        "challenges/<str:challenge_id>/progress",
        api.ProgressView.as_view(),
        name="challenge-progress",
    ),
    path("challenges/<str:challenge_id>/teams", teams_api.TeamsView.as_view(), name="teams"),
    path(
        "challenges/<str:challenge_id>/teams/<str:team_id>/invite",
        teams_api.InviteView.as_view(),
        name="team-invite",
    ),
    path(
        "challenges/<str:challenge_id>/rounds",
        teams_api.RoundsView.as_view(),
        name="challenge-rounds",
    ),
    path(
        "challenges/<str:challenge_id>/result",
        teams_api.ResultView.as_view(),
        name="challenge-result",
    ),
    path(
        "challenges/<str:challenge_id>/result/lines",
        result_lines_api.ResultLinesView.as_view(),
        name="challenge-result-lines",
    ),
    path(
        "invitations/<str:invite>", invitations_api.InvitationView.as_view(), name="app-invitation"
    ),
    path("activities", activities_api.ActivitiesView.as_view(), name="activities"),
    path("activities/<str:activity_id>", activities_api.ActivityView.as_view(), name="activity"),
]
