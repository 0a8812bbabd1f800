"""Who takes part in a challenge: the list, and each of them."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from challenges import staffing, teams
from challenges.models import Participant
from challenges.phases import State
from challenges.refusals import MembershipRefused
from dashboard import roster
from dashboard.access import StaffRequest, managers_only, part_of, staff_only
from dashboard.filters import read_filter
from dashboard.pages import about, card_of, page
from dashboard.queries import ChallengeCard
from dashboard.teams.forms import AddPersonForm, MoveForm, RemoveForm
from dashboard.teams.parts import participant_of, participant_parts, person_by_email

JOINABLE = {State.UPCOMING, State.LIVE}
NOBODY = "Nobody of your company who can sign in has this address."


@require_safe
@staff_only
def challenge_people(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show who takes part, with search and the state of everybody's data."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    return _listed(request, card, AddPersonForm(None, challenge=card.challenge), now)


@require_safe
@staff_only
@part_of("dashboard:challenge-people")
def participants(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Refresh or filter the list of those who take part."""
    now = timezone.now()
    parts = _parts(request, card_of(request, challenge_id, now), now)
    answer = page(request, "dashboard/parts/participants.html", now, **parts)
    number = parts["listed"].page.number
    query = parts["wanted"].query(page=number if number > 1 else None)
    address = reverse("dashboard:challenge-people", args=[challenge_id])
    answer["HX-Replace-Url"] = f"{address}?{query}" if query else address
    return answer


@require_POST
@managers_only
def person_add(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Let somebody take part on their behalf."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    form = AddPersonForm(request.POST, challenge=card.challenge)
    if form.is_valid() and _added(request, card, form, now):
        return redirect("dashboard:challenge-people", challenge_id)
    return _listed(request, card, form, now)


@require_safe
@staff_only
def participant(
    request: StaffRequest, challenge_id: uuid.UUID, participant_id: int
) -> HttpResponse:
    """Show one who takes part: data, team, and what can be changed."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    return _one(request, card, _row(card, participant_id), now)


@require_POST
@managers_only
def participant_move(
    request: StaffRequest, challenge_id: uuid.UUID, participant_id: int
) -> HttpResponse:
    """Put somebody into another team."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    row = _row(card, participant_id)
    form = MoveForm(request.POST, row=row)
    if form.is_valid() and _moved(request, row, form, now):
        team = form.cleaned_data["team"]
        where = f"in “{team.name}”" if team else "in no team"
        messages.success(request, f"{row.person.display_name} is {where} now.")
        return redirect("dashboard:participant", challenge_id, participant_id)
    return _one(request, card, row, now, move=form)


@require_POST
@managers_only
def participant_remove(
    request: StaffRequest, challenge_id: uuid.UUID, participant_id: int
) -> HttpResponse:
    """Take somebody out of the challenge."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    row = _row(card, participant_id)
    form = RemoveForm(request.POST)
    if form.is_valid() and _removed(request, row, form, now):
        messages.success(request, f"{row.person.display_name} does not take part any more.")
        return redirect("dashboard:challenge-people", challenge_id)
    return _one(request, card, row, now, remove=form)


def _parts(request: StaffRequest, card: ChallengeCard, now: datetime) -> dict[str, Any]:
    wanted = read_filter(request.GET.dict())
    listed = roster.participants_page(card.challenge, wanted, now=now)
    return about(card, wanted=wanted, listed=listed)


def _listed(
    request: StaffRequest, card: ChallengeCard, form: AddPersonForm, now: datetime
) -> HttpResponse:
    parts = _parts(request, card, now) | {"form": form, "can_add": card.state in JOINABLE}
    return page(request, "dashboard/challenge_people.html", now, **parts)


def _one(
    request: StaffRequest,
    card: ChallengeCard,
    row: Participant,
    now: datetime,
    *,
    move: MoveForm | None = None,
    remove: RemoveForm | None = None,
) -> HttpResponse:
    parts = participant_parts(row, now=now)
    parts["move"] = move or MoveForm(None, row=row)
    parts["remove"] = remove or RemoveForm(None)
    parts["open"] = card.state is not State.FINAL
    return page(request, "dashboard/challenge_person.html", now, **about(card, **parts))


def _row(card: ChallengeCard, participant_id: int) -> Participant:
    row = participant_of(card.challenge, participant_id)
    if row is None:
        raise Http404
    return row


def _added(request: StaffRequest, card: ChallengeCard, form: AddPersonForm, now: datetime) -> bool:
    person = person_by_email(card.challenge, form.cleaned_data["email"])
    if person is None:
        form.add_error("email", NOBODY)
        return False
    team = form.cleaned_data["team"]
    try:
        staffing.add_person(
            challenge=card.challenge, person=person, team=team, actor=request.user, now=now
        )
    except MembershipRefused as refused:
        form.add_error("team" if "team" in refused.code else "email", refused.detail)
        return False
    messages.success(request, f"{person.display_name} takes part now.")
    return True


def _moved(request: StaffRequest, row: Participant, form: MoveForm, now: datetime) -> bool:
    try:
        teams.move(
            challenge=row.challenge,
            person=row.person,
            team=form.cleaned_data["team"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=now,
        )
    except MembershipRefused as refused:
        return _refused(form, "team", refused.detail)
    return True


def _removed(request: StaffRequest, row: Participant, form: RemoveForm, now: datetime) -> bool:
    reason = form.cleaned_data["reason"]
    try:
        staffing.remove_person(
            challenge=row.challenge,
            person=row.person,
            reason=reason,
            actor=request.user,
            now=now,
        )
    except MembershipRefused as refused:
        return _refused(form, "reason", refused.detail)
    return True


def _refused(form: forms.Form, field: str, text: str) -> bool:
    form.add_error(field, text)
    return False
