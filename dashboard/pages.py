"""What every page of the dashboard needs: its frame, the day it is, the challenge it is about."""

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from challenges.kind_registry import kind_of
from dashboard import queries
from dashboard.access import StaffRequest


def page(request: StaffRequest, template: str, now: datetime, **context: Any) -> HttpResponse:
    """Show a page, or a part of one, with what all of them use."""
    shown = {"now": now, "zone": request.user.zone, "organization": request.user.organization}
    return render(request, template, shown | context)


def today_of(request: StaffRequest, now: datetime) -> date:
    """Return the organization's local day."""
    return now.astimezone(ZoneInfo(request.user.organization.timezone)).date()


def card_of(request: StaffRequest, challenge_id: uuid.UUID, now: datetime) -> queries.ChallengeCard:
    """Return a challenge of the organization; any other does not exist (404)."""
    card = queries.challenge_card(
        request.user.organization, challenge_id, today=today_of(request, now), now=now
    )
    if card is None:
        raise Http404
    return card


def about(card: queries.ChallengeCard, **context: Any) -> dict[str, Any]:
    """Return what the pages of one challenge have in common, and ``context``."""
    paired = kind_of(card.challenge.kind).paired
    return {"card": card, "challenge": card.challenge, "paired": paired} | context


def sent(request: StaffRequest) -> QueryDict | None:
    """Return the form that was sent, None when a page is only opened."""
    return request.POST if request.method == "POST" else None
