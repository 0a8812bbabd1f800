"""The overview, people, and the front page of each challenge."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import challenge_page, queries, roster
from dashboard import overview as overview_page
from dashboard.access import StaffRequest, part_of, staff_only
from dashboard.filters import read_filter
from dashboard.pages import card_of, page, today_of


@require_safe
@staff_only
def overview(request: StaffRequest) -> HttpResponse:
    """Show how the programme does."""
    now = timezone.now()
    organization, today = request.user.organization, today_of(request, now)
    return page(
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
    parts = overview_page.now_parts(
        request.user.organization, today=today_of(request, now), now=now
    )
    return page(request, "dashboard/parts/overview_now.html", now, **parts)


@require_safe
@staff_only
@part_of("dashboard:overview")
def overview_trends(request: StaffRequest) -> HttpResponse:
    """Refresh what changes slowly."""
    now = timezone.now()
    parts = overview_page.trend_parts(
        request.user.organization, today=today_of(request, now), now=now
    )
    return page(request, "dashboard/parts/overview_trends.html", now, **parts)


@require_safe
@staff_only
def people(request: StaffRequest) -> HttpResponse:
    """Show everybody with the state of their data."""
    now = timezone.now()
    return page(request, "dashboard/people.html", now, **_people(request, now))


@require_safe
@staff_only
@part_of("dashboard:people")
def people_list(request: StaffRequest) -> HttpResponse:
    """Refresh or filter the list of people."""
    now = timezone.now()
    parts = _people(request, now)
    answer = page(request, "dashboard/parts/people_list.html", now, **parts)
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
    cards = queries.challenge_cards(
        request.user.organization, today=today_of(request, now), now=now
    )
    return page(request, "dashboard/challenges.html", now, cards=cards)


@require_safe
@staff_only
def challenge(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show one challenge."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    parts = challenge_page.now_parts(card, request.user, today=today_of(request, now), now=now)
    parts |= challenge_page.plan_parts(card, request.user)
    return page(request, "dashboard/challenge.html", now, **parts)


@require_safe
@staff_only
@part_of("dashboard:challenge")
def challenge_now(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Refresh totals and standings."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    parts = challenge_page.now_parts(card, request.user, today=today_of(request, now), now=now)
    return page(request, "dashboard/parts/challenge_now.html", now, **parts)


def _at(answer: HttpResponse, address: str, parts: dict[str, Any]) -> HttpResponse:
    """Keep the address of the page in step with its filter, so that reloading shows the same."""
    number = parts["listed"].page.number
    query = parts["wanted"].query(page=number if number > 1 else None)
    answer["HX-Replace-Url"] = f"{address}?{query}" if query else address
    return answer
