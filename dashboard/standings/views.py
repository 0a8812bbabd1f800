"""Boards, rounds and the feed of a challenge."""

import uuid
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from challenges import departments
from challenges.entrants import PEOPLE, TEAMS
from challenges.ladder import BadCursor
from dashboard.access import StaffRequest, part_of, staff_only
from dashboard.pages import about, card_of, page
from dashboard.queries import ChallengeCard
from dashboard.standings.parts import feed_parts, groups_parts, people_parts, round_parts

BOARDS = {PEOPLE.name: "People", TEAMS.name: "Teams", departments.NAME: "Departments"}


@require_safe
@staff_only
def challenge_standings(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show a board, page by page."""
    return _board(request, challenge_id, "dashboard/challenge_standings.html")


@require_safe
@staff_only
@part_of("dashboard:challenge-standings")
def standings_now(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Refresh the board."""
    return _board(request, challenge_id, "dashboard/parts/standings.html")


def _board(request: StaffRequest, challenge_id: uuid.UUID, template: str) -> HttpResponse:
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    name = request.GET.get("board", "")
    board = name if name in BOARDS else PEOPLE.name
    cursor = request.GET.get("after") or None
    parts = {"boards": BOARDS, "board": board, "after": cursor or ""}
    parts |= _lines(request, card, board, cursor, now)
    return page(request, template, now, **about(card, **parts))


def _lines(
    request: StaffRequest, card: ChallengeCard, board: str, cursor: str | None, now: datetime
) -> dict[str, Any]:
    read = people_parts if board == PEOPLE.name else groups_parts
    try:
        return read(card.challenge, request.user, board, cursor=cursor, now=now)
    except BadCursor:
        raise Http404 from None


@require_safe
@staff_only
def challenge_rounds(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show who meets whom, week by week."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    parts = round_parts(card.challenge, request.user)
    return page(request, "dashboard/challenge_rounds.html", now, **about(card, **parts))


@require_safe
@staff_only
def challenge_feed(request: StaffRequest, challenge_id: uuid.UUID) -> HttpResponse:
    """Show what happened, newest first, and which badges people have."""
    now = timezone.now()
    card = card_of(request, challenge_id, now)
    parts = feed_parts(card.challenge, request.user, request.GET.get("page", "1"))
    return page(request, "dashboard/challenge_feed.html", now, **about(card, **parts))
