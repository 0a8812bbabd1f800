"""The pages: who asks, what time it is, which parts to show."""

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from challenges.plan_rules import PlanInvalid
from challenges.planning import publish
from dashboard import challenge_page, drafting, queries, roster
from dashboard import overview as overview_page
from dashboard.access import StaffRequest, managers_only, part_of, staff_only
from dashboard.filters import PeopleFilter, read_filter
from dashboard.forms import ChallengeForm, suggestion

EDIT = require_http_methods(["GET", "HEAD", "POST"])


def _page(request: StaffRequest, template: str, now: datetime, **context: Any) -> HttpResponse:
    shown = {"now": now, "zone": request.user.zone, "organization": request.user.organization}
    return render(request, template, shown | context)


def _today(request: StaffRequest, now: datetime) -> date:
    return now.astimezone(ZoneInfo(request.user.organization.timezone)).date()


def _card(request: StaffRequest, challenge_id: uuid.UUID, now: datetime) -> queries.ChallengeCard:
    card = queries.challenge_card(
        request.user.organization, challenge_id, today=_today(request, now), now=now
    )
    if card is None:
        raise Http404
    return card


@require_safe
@staff_only
def overview(request: StaffRequest) -> HttpResponse:
    """Show how the programme does."""
    now = timezone.now()
    organization, today = request.user.organization, _today(request, now)
    return _page(
        request,
        "dashboard/overview.html",
        now,
        **overview_page.now_parts(organization, today=today, now=now),
        **overview_page.trend_parts(organization, today=today, now=now),
    )


@require_safe
@staff_only
@part_of("dashboard:overview")
def overview_now(request: StaffRequest) -> HttpResponse:
    """Refresh what changes within seconds."""
    now = timezone.now()
    parts = overview_page.now_parts(request.user.organization, today=_today(request, now), now=now)
    return _page(request, "dashboard/parts/overview_now.html", now, **parts)


@require_safe
@staff_only
@part_of("dashboard:overview")
def overview_trends(request: StaffRequest) -> HttpResponse:
    """Refresh what changes slowly."""
    now = timezone.now()
    parts = overview_page.trend_parts(
        request.user.organization, today=_today(request, now), now=now
    )
    return _page(request, "dashboard/parts/overview_trends.html", now, **parts)


@require_safe
@staff_only
def people(request: StaffRequest) -> HttpResponse:
    """Show everybody with the state of their data."""
    now = timezone.now()
    return _page(request, "dashboard/people.html", now, **_people(request, now))


@require_safe
@staff_only
@part_of("dashboard:people")
def people_list(request: StaffRequest) -> HttpResponse:
    """Refresh or filter the list of people."""
    now = timezone.now()
    parts = _people(request, now)
    answer = _page(request, "dashboard/parts/people_list.html", now, **parts)
    return _at(answer, reverse("dashboard:people"), parts)


def _people(request: StaffRequest, now: datetime) -> dict[str, Any]:
    wanted = read_filter(request.GET.dict())
    organization = request.user.organization
    everybody = roster.people_of(organization)
    found = queries.programme_people(organization, now=now)[0] if wanted.taking_part else everybody
    return {"wanted": wanted, "listed": roster.people_page(found, wanted, now=now)}


@require_safe
@staff_only
def challenges(request: StaffRequest) -> HttpResponse:
    """List all challenges."""
    now = timezone.now()
    cards = queries.challenge_cards(request.user.organization, today=_today(request, now), now=now)
    return _page(request, "dashboard/challenges.html", now, cards=cards)


@require_safe
@staff_only
def challenge(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show one challenge."""
    now = timezone.now()
    card = _card(request, challenge_id, now)
    parts = challenge_page.now_parts(card, request.user, today=_today(request, now), now=now)
    parts |= challenge_page.plan_parts(card)
    parts |= challenge_page.people_parts(card, _wanted(request), now=now)
    return _page(request, "dashboard/challenge.html", now, **parts)


@require_safe
@staff_only
@part_of("dashboard:challenge")
def challenge_now(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Refresh totals and standings."""
    now = timezone.now()
    card = _card(request, challenge_id, now)
    parts = challenge_page.now_parts(card, request.user, today=_today(request, now), now=now)
    return _page(request, "dashboard/parts/challenge_now.html", now, **parts)


@require_safe
@staff_only
@part_of("dashboard:challenge")
def participants(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Refresh or filter the list of those who take part."""
    now = timezone.now()
    parts = challenge_page.people_parts(
        _card(request, challenge_id, now), _wanted(request), now=now
    )
    answer = _page(request, "dashboard/parts/participants.html", now, **parts)
    return _at(answer, reverse("dashboard:challenge", args=[challenge_id]), parts)


def _at(answer: HttpResponse, address: str, parts: dict[str, Any]) -> HttpResponse:
    """Keep the address of the page in step with its filter, so that reloading shows the same."""
    number = parts["listed"].page.number
    query = parts["wanted"].query(page=number if number > 1 else None)
    answer["HX-Replace-Url"] = f"{address}?{query}" if query else address
    return answer


def _wanted(request: StaffRequest) -> PeopleFilter:
    return read_filter(request.GET.dict())


@EDIT
@managers_only
def challenge_new(request: StaffRequest) -> HttpResponse:
    """Make a draft."""
    now = timezone.now()
    offered = suggestion(_today(request, now))
    form = ChallengeForm(_sent(request), editable=drafting.NEW, initial=offered)
    if form.is_valid():
        draft = drafting.create(form, organization=request.user.organization, now=now)
        if draft is not None:
            messages.success(request, f"“{draft.name}” is saved as a draft. Only staff can see it.")
            return redirect("dashboard:challenge", draft.pk)
    words = drafting.rules_in_words(form, None)
    return _page(request, "dashboard/challenge_form.html", now, form=form, rules=words)


@EDIT
@managers_only
def challenge_edit(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Change what may still change."""
    now = timezone.now()
    card = _card(request, challenge_id, now)
    form = drafting.form_of(card.challenge, _sent(request), now=now)
    if form.fields and form.is_valid() and drafting.change(form, challenge=card.challenge, now=now):
        messages.success(request, "The changes are saved.")
        return redirect("dashboard:challenge", challenge_id)
    words = drafting.rules_in_words(form, card.challenge)
    context = {"form": form, "rules": words, "card": card, "challenge": card.challenge}
    return _page(request, "dashboard/challenge_form.html", now, **context)


@require_POST
@managers_only
def rules_preview(request: StaffRequest, challenge_id: uuid.UUID | None = None) -> HttpResponse:
    """Say in words what the rules would be."""
    now = timezone.now()
    stored = _card(request, challenge_id, now).challenge if challenge_id else None
    if stored:
        form = drafting.form_of(stored, request.POST, now=now)
    else:
        form = ChallengeForm(request.POST, editable=drafting.NEW)
    words = drafting.rules_in_words(form, stored)
    return _page(request, "dashboard/parts/rules.html", now, rules=words)


def _sent(request: StaffRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_POST
@managers_only
def challenge_publish(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Let everybody in the organization see and join the challenge."""
    now = timezone.now()
    card = _card(request, challenge_id, now)
    try:
        publish(challenge=card.challenge, now=now)
    except PlanInvalid as refused:
        messages.error(request, f"This could not be published. {refused}")
    else:
        messages.success(request, f"“{card.challenge.name}” is published. People can join now.")
    return redirect("dashboard:challenge", challenge_id)
