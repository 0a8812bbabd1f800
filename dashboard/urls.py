"""Addresses of the dashboard; parts of pages are asked for by the pages themselves."""

from django.urls import path

from dashboard import views

app_name = "dashboard"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("now/", views.overview_now, name="overview-now"),
    path("trends/", views.overview_trends, name="overview-trends"),
    path("people/", views.people, name="people"),
    path("people/list/", views.people_list, name="people-list"),
    path("challenges/", views.challenges, name="challenges"),
    path("challenges/new/", views.challenge_new, name="challenge-new"),
    path("challenges/rules/", views.rules_preview, name="rules-preview"),
    path("challenges/<uuid:challenge_id>/", views.challenge, name="challenge"),
    path("challenges/<uuid:challenge_id>/now/", views.challenge_now, name="challenge-now"),
    path("challenges/<uuid:challenge_id>/people/", views.participants, name="participants"),
    path("challenges/<uuid:challenge_id>/edit/", views.challenge_edit, name="challenge-edit"),
    path("challenges/<uuid:challenge_id>/rules/", views.rules_preview, name="challenge-rules"),
    path(
        "challenges/<uuid:challenge_id>/publish/", views.challenge_publish, name="challenge-publish"
    ),
]
