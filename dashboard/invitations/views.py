"""Opens an invitation and takes it up."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from challenges import invitations, membership
from challenges.invitations import Welcome
from challenges.models import Team
from challenges.refusals import MembershipRefused
from users.models import User, Visibility


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, invite: str) -> HttpResponse:
    """Show what somebody is invited to; only what is sent joins, opening a link never does."""
    team = invitations.opened(invite)
    if team is None:
        return render(request, "pages/invitation_unknown.html", status=404)
    person = request.user if request.user.is_authenticated else None
    if request.method != "POST":
        return _shown(request, team, person)
    if person is None:
        return redirect_to_login(request.get_full_path())
    return _taken_up(request, team, person)


def _taken_up(request: HttpRequest, team: Team, person: User) -> HttpResponse:
    try:
        membership.join(challenge=team.challenge, person=person, team=team, now=timezone.now())
    except MembershipRefused:
        return _shown(request, team, person, status=409)
    return redirect("invitation", team.invite)


def _shown(
    request: HttpRequest, team: Team, person: User | None, *, status: int = 200
) -> HttpResponse:
    found = invitations.welcome(team, person, now=timezone.now())
    own = invitations.team_of(team, person) if found is Welcome.ELSEWHERE and person else None
    context = {
        "team": team,
        "challenge": team.challenge,
        "organization": team.challenge.organization,
        "found": found.value,
        "own": own,
        "hidden": person is not None and person.leaderboard_visibility == Visibility.HIDDEN,
        "app_url": settings.APP_URL,
    }
    status = 403 if found is Welcome.STRANGER else status
    return render(request, "pages/invitation.html", context, status=status)
