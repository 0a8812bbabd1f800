"""What the pages about standings, rounds and news show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count

from challenges import bracket_view
from challenges.entrants import PEOPLE
from challenges.kind_registry import kind_of
from challenges.models import Challenge
from challenges.standings import View, leaderboard
from dashboard.group_boards import group_board
from notifications.badges import RULES, BadgeRule
from notifications.models import Badge, FeedItem
from notifications.shapes import feed_body
from users.models import User, Visibility

LINES = 50
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened."""

    at: datetime
    title: str
    name: str | None


@dataclass(frozen=True, slots=True)
class BadgeCount:
    """A badge and how many have it; None is fewer than may be told."""

    rule: BadgeRule
    people: int | None


def people_parts(
    challenge: Challenge, viewer: User, board: str, *, cursor: str | None, now: datetime
) -> dict[str, Any]:
    """Return a page of the people's board; raises ``ladder.BadCursor``."""
    found = leaderboard(
        challenge=challenge,
        person=viewer,
        board=board,
        view=View.TOP,
        limit=LINES,
        cursor=cursor,
        now=now,
    )
    return {
        "entries": found.entries,
        "unit": found.unit,
        "next": found.next,
        "is_people": board == PEOPLE.name,
        "fingerprint": found.fingerprint,
    }


def groups_parts(
    challenge: Challenge, viewer: User, board: str, *, cursor: str | None, now: datetime
) -> dict[str, Any]:
    """Return a page of teams or departments that may be shown; raises ``ladder.BadCursor``."""
    found = group_board(challenge, viewer, board, cursor=cursor, now=now)
    return {
        "entries": found.entries,
        "left_out": found.left_out,
        "unit": found.unit,
        "next": found.cursor,
        "is_people": False,
    }


def round_parts(challenge: Challenge, viewer: User) -> dict[str, Any]:
    """Return the rounds drawn so far; who hides has no steps here."""
    rounds = bracket_view.rounds_of(challenge, viewer)
    return {"rounds": rounds, "paired": kind_of(challenge.kind).paired}


def feed_parts(challenge: Challenge, viewer: User, number: str) -> dict[str, Any]:
    """Return a page of the feed and the badges of those who show themselves."""
    rows = FeedItem.objects.filter(challenge=challenge).select_related("person")
    page = Paginator(rows.order_by("-at", "-pk"), AT_ONCE).get_page(number)
    return {
        "page": page,
        "news": [_news(row, viewer) for row in page],
        "badges": _badges(challenge),
    }


def _news(row: FeedItem, viewer: User) -> News:
    body = feed_body(row, viewer.pk)
    return News(row.at, body["title"], body["name"])


def _badges(challenge: Challenge) -> list[BadgeCount]:
    shown = Badge.objects.filter(challenge=challenge).exclude(
        person__leaderboard_visibility=Visibility.HIDDEN
    )
    counts = dict(shown.values_list("code").annotate(Count("pk")))
    minimum = challenge.organization.minimum_group_size
    found = ((rule, counts.get(code, 0)) for code, rule in RULES.items())
    return [BadgeCount(rule, number if number >= minimum else None) for rule, number in found]
