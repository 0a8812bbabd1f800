"""Addresses of the dashboard; parts of pages are asked for by the pages themselves."""

from django.urls import include, path, re_path

from dashboard import views
from dashboard.ending import views as ending
from dashboard.people import views as people
from dashboard.plans import views as plans
from dashboard.standings import views as standings
from dashboard.teams import views as teams

app_name = "dashboard"

of_a_challenge = [
    path("", views.challenge, name="challenge"),
    path("now/", views.challenge_now, name="challenge-now"),
    path("edit/", plans.challenge_edit, name="challenge-edit"),
    path("preview/", plans.plan_preview, name="challenge-preview"),
    path("fields/", plans.plan_fields, name="challenge-fields"),
    path("publish/", plans.challenge_publish, name="challenge-publish"),
    path("delete/", plans.challenge_delete, name="challenge-delete"),
    path("people/", people.challenge_people, name="challenge-people"),
    path("people/list/", people.participants, name="participants"),
    path("people/add/", people.person_add, name="person-add"),
    path("people/<int:participant_id>/", people.participant, name="participant"),
    path("people/<int:participant_id>/move/", people.participant_move, name="participant-move"),
    path(
        "people/<int:participant_id>/remove/", people.participant_remove, name="participant-remove"
    ),
    path("teams/", teams.challenge_teams, name="challenge-teams"),
    path("teams/add/", teams.teams_add, name="teams-add"),
    re_path("^teams/fill/(?P<how>random|department)/$", teams.teams_fill, name="teams-fill"),
    path("teams/<uuid:team_id>/", teams.challenge_team, name="challenge-team"),
    path("teams/<uuid:team_id>/invite/", teams.team_invite, name="team-invite"),
    path("teams/<uuid:team_id>/delete/", teams.team_delete, name="team-delete"),
    path("standings/", standings.challenge_standings, name="challenge-standings"),
    path("standings/now/", standings.standings_now, name="standings-now"),
    path("rounds/", standings.challenge_rounds, name="challenge-rounds"),
    path("feed/", standings.challenge_feed, name="challenge-feed"),
    path("end/", ending.challenge_end, name="challenge-end"),
    path("end/now/", ending.end_now, name="end-now"),
    path("close/", ending.challenge_close, name="challenge-close"),
    path("reopen/", ending.challenge_reopen, name="challenge-reopen"),
    path("audit/", ending.challenge_audit, name="challenge-audit"),
    re_path(
        r"^export/(?P<what>result|participation)\.(?P<form>csv|json)$",
        ending.challenge_export,
        name="challenge-export",
    ),
]

urlpatterns = [
    path("", views.overview, name="overview"),
    path("now/", views.overview_now, name="overview-now"),
    path("trends/", views.overview_trends, name="overview-trends"),
    path("people/", views.people, name="people"),
    path("people/list/", views.people_list, name="people-list"),
    path("challenges/", views.challenges, name="challenges"),
    path("challenges/audit/", ending.whole_audit, name="challenges-audit"),
    path("challenges/start/", plans.challenge_start, name="challenge-start"),
    path("challenges/new/", plans.challenge_new, name="challenge-new"),
    path("challenges/preview/", plans.plan_preview, name="plan-preview"),
    path("challenges/fields/", plans.plan_fields, name="plan-fields"),
    path("challenges/<uuid:challenge_id>/", include(of_a_challenge)),
]
