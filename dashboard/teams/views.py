"""Teams of a challenge, and who is in them."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from challenges import planning, staffing, teams
from challenges.deletion import delete_team
from challenges.models import Team
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from dashboard.access import StaffRequest, managers_only, staff_only
from dashboard.pages import about, card_of, page, sent
from dashboard.queries import ChallengeCard
from dashboard.teams.forms import NewTeamsForm, TeamForm
from dashboard.teams.parts import team_parts

EDIT = require_http_methods(["GET", "HEAD", "POST"])
FILLS = {"random": teams.assign_at_random, "department": teams.assign_by_department}


@require_safe
@staff_only
def challenge_teams(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show the teams and who is in them."""
    now = timezone.now()
    return _shown(request, card_of(request, challenge_id, now), NewTeamsForm(), now)


def _shown(
    request: StaffRequest, card: ChallengeCard, form: NewTeamsForm, now: datetime
) -> HttpResponse:
    parts = team_parts(card) | {"form": form}
    return page(request, "dashboard/challenge_teams.html", now, **about(card, **parts))


@require_POST
@managers_only
def teams_add(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Add teams, or none of them and say why."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    form = NewTeamsForm(request.POST)
    if form.is_valid():
        names = form.names()
        try:
            planning.create_teams(
                challenge=card.challenge, names=names, actor=request.user, now=now
            )
        except PlanInvalid as refused:
            form.add_error("teams", refused.errors["teams"])
        else:
            messages.success(request, f"Added: {', '.join(names)}.")
            return redirect("dashboard:challenge-teams", challenge_id)
    return _shown(request, card, form, now)


@require_POST
@managers_only
def teams_fill(request: StaffRequest, challenge_id: uuid.UUID, how: str) -> HttpResponse:
    """Put those without a team into teams, at random or by department."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    try:
        number = FILLS[how](challenge=card.challenge, actor=request.user, now=now)
    except PlanInvalid as refused:
        messages.error(request, f"Nobody was put into a team. {refused.errors['teams'][0]}")
    else:
        people = "1 person was" if number == 1 else f"{number:,} people were"
        messages.success(request, f"{people} put into teams.")
    return redirect("dashboard:challenge-teams", challenge_id)


@EDIT
@managers_only
def challenge_team(
    request: StaffRequest, challenge_id: uuid.UUID, team_id: uuid.UUID
) -> HttpResponse:
    """Rename a team and choose its captain."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    team = _team(card, team_id)
    form = TeamForm(sent(request), team=team)
    if form.is_valid() and _changed(request, form, team, now):
        messages.success(request, f"“{form.cleaned_data['name']}” is saved.")
        return redirect("dashboard:challenge-teams", challenge_id)
    context: dict[str, Any] = {"form": form, "team": team}
    return page(request, "dashboard/challenge_team.html", now, **about(card, **context))


@require_POST
@managers_only
def team_invite(request: StaffRequest, challenge_id: uuid.UUID, team_id: uuid.UUID) -> HttpResponse:
    """Replace the invitation of a team."""
    now = timezone.now()
    team = _team(card_of(request, challenge_id, now), team_id)
    try:
        staffing.renew_invite(team=team, actor=request.user, now=now)
    except PlanInvalid as refused:
        messages.error(request, refused.errors["teams"][0])
    else:
        messages.success(request, f"“{team.name}” has a new invitation; the old one has ended.")
    return redirect("dashboard:challenge-teams", challenge_id)


@EDIT
@managers_only
def team_delete(request: StaffRequest, challenge_id: uuid.UUID, team_id: uuid.UUID) -> HttpResponse:
    """Ask whether an empty team is to be deleted, and delete it."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    team = _team(card, team_id)
    if request.method != "POST":
        members = team.members.filter(left_at=None).count()
        context = about(card, team=team, members=members)
        return page(request, "dashboard/challenge_team_delete.html", now, **context)
    try:
        delete_team(team=team, actor=request.user, now=now)
    except MembershipRefused as refused:
        messages.error(request, f"“{team.name}” was not deleted. {refused.detail}")
    else:
        messages.success(request, f"“{team.name}” is deleted.")
    return redirect("dashboard:challenge-teams", challenge_id)


def _team(card: ChallengeCard, team_id: uuid.UUID) -> Team:
    team = Team.objects.filter(challenge=card.challenge, pk=team_id).first()
    if team is None:
        raise Http404
    return team


def _changed(request: StaffRequest, form: TeamForm, team: Team, now: datetime) -> bool:
    captain = form.cleaned_data["captain"]
    try:
        staffing.change_team(
            team=team,
            name=form.cleaned_data["name"],
            captain_id=captain.pk if captain else None,
            actor=request.user,
            now=now,
        )
    except PlanInvalid as refused:
        for name, texts in refused.errors.items():
            form.add_error(name if name in form.fields else None, texts)
        return False
    return True
