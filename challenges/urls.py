"""Routes of the challenges room, mounted under ``/api/v1/``."""

from django.urls import path

from challenges import api

urlpatterns = [
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
]
