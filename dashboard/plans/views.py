"""Planning pages: from a template to a published challenge."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from challenges.deletion import delete_draft
from challenges.phases import last_day
from challenges.plan_rules import PlanInvalid
from challenges.planning import publish
from challenges.refusals import MembershipRefused
from dashboard import drafting, preview, starters
from dashboard.access import StaffRequest, managers_only
from dashboard.forms import ChallengeForm
from dashboard.pages import about, card_of, page, sent, today_of
from dashboard.queries import ChallengeCard, challenge_cards

EDIT = require_http_methods(["GET", "HEAD", "POST"])
# The button, for browsers without scripts, that shows the fields of another kind.
SHOW = "show_fields"


@require_safe
@managers_only
def challenge_start(request: StaffRequest) -> HttpResponse:
    """Offer templates and earlier challenges to start from."""
    now = timezone.now()
    earlier = challenge_cards(request.user.organization, today=today_of(request, now), now=now)
    templates = list(starters.STARTERS.values())
    return page(request, "dashboard/challenge_start.html", now, starters=templates, earlier=earlier)


@EDIT
@managers_only
def challenge_new(request: StaffRequest) -> HttpResponse:
    """Make a draft."""
    now = timezone.now()
    plan, names = _offered(request, now)
    form = _as_asked(request, drafting.new_form(sent(request), plan=plan, names=names))
    if form.is_valid():
        draft = drafting.create(form, actor=request.user, now=now)
        if draft is not None:
            messages.success(request, f"“{draft.name}” is saved as a draft. Only staff can see it.")
            return redirect("dashboard:challenge", draft.pk)
    return _edited(request, form, now)


@EDIT
@managers_only
def challenge_edit(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Change what may still change."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    form = _as_asked(request, drafting.form_of(card.challenge, sent(request), now=now))
    if not form.locks and form.is_valid() and _changed(request, form, card, now):
        messages.success(request, "The changes are saved.")
        return redirect("dashboard:challenge", challenge_id)
    return _edited(request, form, now, **about(card))


def _changed(
    request: StaffRequest, form: ChallengeForm, card: ChallengeCard, now: datetime
) -> bool:
    return drafting.change(form, challenge=card.challenge, actor=request.user, now=now)


@require_POST
@managers_only
def plan_preview(request: StaffRequest, challenge_id: uuid.UUID | None = None) -> HttpResponse:
    """Say in words what the challenge would be."""
    now = timezone.now()
    form = _form_sent(request, challenge_id, now)
    shown = preview.of_form(form, zone=request.user.zone)
    return page(request, "dashboard/parts/preview.html", now, preview=shown)


@require_POST
@managers_only
def plan_fields(request: StaffRequest, challenge_id: uuid.UUID | None = None) -> HttpResponse:
    """Show the fields of another kind, with everything else as it was filled in."""
    now = timezone.now()
    form = _form_sent(request, challenge_id, now)
    shown = preview.of_form(form, zone=request.user.zone)
    context: dict[str, Any] = {"form": form.as_typed(), "preview": shown}
    if challenge_id:
        context["challenge"] = {"pk": challenge_id}
    return page(request, "dashboard/parts/plan_fields.html", now, **context)


@EDIT
@managers_only
def challenge_publish(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show a draft as participants will read it, and publish it when that is confirmed."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    if request.method == "POST":
        _publish(request, card, now)
        return redirect("dashboard:challenge", challenge_id)
    shown = preview.of_challenge(card.challenge, zone=request.user.zone)
    context = {"preview": shown, "warnings": preview.warnings_of(card.challenge, now)}
    context["teams"] = list(card.challenge.teams.order_by("name"))
    return page(request, "dashboard/challenge_publish.html", now, **about(card, **context))


def _publish(request: StaffRequest, card: ChallengeCard, now: datetime) -> None:
    try:
        publish(challenge=card.challenge, actor=request.user, now=now)
    except PlanInvalid as refused:
        messages.error(request, f"This could not be published. {refused}")
    else:
        messages.success(request, f"“{card.challenge.name}” is published. People can join now.")


@EDIT
@managers_only
def challenge_delete(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Ask whether a draft is to be deleted, and delete it."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    if request.method != "POST":
        teams = card.challenge.teams.count()
        return page(request, "dashboard/challenge_delete.html", now, **about(card, teams=teams))
    try:
        delete_draft(challenge=card.challenge, actor=request.user, now=now)
    except MembershipRefused as refused:
        messages.error(request, f"“{card.challenge.name}” was not deleted. {refused.detail}")
        return redirect("dashboard:challenge", challenge_id)
    messages.success(request, f"The draft “{card.challenge.name}” is deleted.")
    return redirect("dashboard:challenges")


def _offered(request: StaffRequest, now: datetime) -> tuple[dict[str, Any], str]:
    """Return the plan that a new challenge starts from, and names for its teams."""
    today = today_of(request, now)
    if before := request.GET.get("from"):
        earlier = card_of(request, _uuid(before), now).challenge
        plan = starters.plan_again(drafting.plan_of(earlier), last=last_day(earlier), today=today)
        names = earlier.teams.order_by("name").values_list("name", flat=True)
        return plan, "\n".join(names)
    starter = starters.STARTERS.get(request.GET.get("template", "")) or starters.BLANK
    return starters.plan_of(starter, today), ""


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _form_sent(
    request: StaffRequest, challenge_id: uuid.UUID | None, now: datetime
) -> ChallengeForm:
    if challenge_id is None:
        return drafting.new_form(request.POST, plan={})
    return drafting.form_of(card_of(request, challenge_id, now).challenge, request.POST, now=now)


def _as_asked(request: StaffRequest, form: ChallengeForm) -> ChallengeForm:
    """Showing the fields of another kind saves nothing and complains about nothing."""
    return form.as_typed() if SHOW in request.POST else form


def _edited(
    request: StaffRequest, form: ChallengeForm, now: datetime, **context: Any
) -> HttpResponse:
    shown = preview.of_form(form, zone=request.user.zone)
    return page(request, "dashboard/challenge_form.html", now, form=form, preview=shown, **context)
