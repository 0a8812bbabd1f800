"""Pages about the end of a challenge."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from challenges import planning, results
from challenges.models import Challenge
from challenges.phases import State
from challenges.plan_rules import PlanInvalid
from dashboard import csv_cells, exports
from dashboard.access import StaffRequest, managers_only, part_of, staff_only
from dashboard.ending.forms import ReopenForm
from dashboard.ending.parts import end_parts, trail_parts, whole_trail_parts
from dashboard.filters import read_filter
from dashboard.pages import about, card_of, page, sent

EDIT = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_only
def challenge_end(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show how a challenge ends: what is open, and the result once it is frozen."""
    return _end(request, challenge_id, "dashboard/challenge_end.html")


@require_safe
@staff_only
@part_of("dashboard:challenge-end")
def end_now(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Refresh the countdown and who is provisional."""
    return _end(request, challenge_id, "dashboard/parts/end_now.html")


def _end(request: StaffRequest, challenge_id: uuid.UUID, template: str) -> HttpResponse:
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    parts = end_parts(card, request.user, read_filter(request.GET.dict()), now=now)
    return page(request, template, now, **about(card, **parts))


@EDIT
@managers_only
def challenge_close(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Ask whether a running challenge is to end today, and end it."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    if request.method != "POST":
        can = card.state is State.LIVE
        return page(request, "dashboard/challenge_close.html", now, **about(card, can=can))
    try:
        planning.close(challenge=card.challenge, actor=request.user, now=now)
    except PlanInvalid as refused:
        messages.error(request, refused.errors["ends_on"][0])
    else:
        messages.success(request, "Today is the last day. Late steps count until grace is over.")
    return redirect("dashboard:challenge-end", challenge_id)


@EDIT
@managers_only
def challenge_reopen(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Let late steps count again after the result was frozen; it needs a reason."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    form = ReopenForm(sent(request))
    if form.is_valid() and _reopened(request, card.challenge, form):
        messages.success(request, "The challenge is open again; the old result is kept.")
        return redirect("dashboard:challenge-end", challenge_id)
    can = card.challenge.frozen_at is not None
    return page(request, "dashboard/challenge_reopen.html", now, **about(card, form=form, can=can))


def _reopened(request: StaffRequest, challenge: Challenge, form: ReopenForm) -> bool:
    wish = form.cleaned_data
    try:
        results.reopen(
            challenge=challenge,
            reason=wish["reason"],
            hours=wish["hours"],
            actor=request.user,
            now=timezone.now(),
        )
    except PlanInvalid as refused:
        for name, texts in refused.errors.items():
            form.add_error(name if name in form.fields else None, texts)
        return False
    return True


@require_safe
@staff_only
def challenge_audit(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show who did what with a challenge."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    parts = trail_parts(card.challenge, request.GET.get("page", "1"))
    return page(request, "dashboard/challenge_audit.html", now, **about(card, **parts))


@require_safe
@staff_only
def whole_audit(request: StaffRequest) -> HttpResponse:
    """Show who did what with all challenges, also with drafts that were deleted."""
    parts = whole_trail_parts(request.user.organization, request.GET.get("page", "1"))
    return page(request, "dashboard/audit.html", timezone.now(), **parts)


@require_safe
@staff_only
def challenge_export(
    request: StaffRequest, challenge_id: uuid.UUID, what: str, form: str
) -> HttpResponse:
    """Give the result or the participation as a file; without a result there is none."""
    now = timezone.now()
    challenge = card_of(request, challenge_id, now).challenge
    if what == "result":
        found = exports.result_table(challenge)
    else:
        found = exports.participation_table(challenge, now=now)
    if found is None:
        raise Http404
    name = f"{slugify(challenge.name) or 'challenge'}-{what}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "json":
        options = {"ensure_ascii": False, "indent": 2}
        return JsonResponse(found.as_json(), headers=headers, json_dumps_params=options)
    body = csv_cells.table(found.columns, found.rows)
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
