"""What the pages about the end of a challenge show."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from challenges import audit, results
from challenges.models import AuditEntry, Challenge, Correction, Result, Team
from challenges.phases import State, final_at, last_day
from dashboard import roster, trail
from dashboard.filters import PeopleFilter
from dashboard.moments import in_words, moments_of
from dashboard.provisional import provisional_people
from dashboard.queries import ChallengeCard
from dashboard.trail_names import names_of
from users.models import Organization, User, Visibility

AT_ONCE = 50


def end_parts(
    card: ChallengeCard, viewer: User, wanted: PeopleFilter, *, now: datetime
) -> dict[str, Any]:
    """Return the turning points, who is provisional while closing, and the result when final."""
    challenge, result = card.challenge, results.current(card.challenge)
    closing = card.state is State.CLOSING
    waiting = provisional_people(challenge) if closing else None
    return {
        "moments": moments_of(challenge, zone=viewer.zone),
        "final_at": final_at(challenge) if last_day(challenge) else None,
        "final_words": in_words(final_at(challenge), viewer.zone),
        "wanted": wanted,
        "listed": roster.people_page(waiting, wanted, now=now) if waiting is not None else None,
        "result": result,
        "agrees": results.agrees(result) if result else None,
        "corrections": _corrections(challenge),
        "earlier": _earlier(challenge),
        "teams": Team.objects.filter(challenge=challenge).count(),
    }


def trail_parts(challenge: Challenge, number: str) -> dict[str, Any]:
    """Return a page of the challenge's audit trail, newest first."""
    return _trail_page(audit.trail(challenge), number)


def whole_trail_parts(organization: Organization, number: str) -> dict[str, Any]:
    """Return a page of the audit trail of all challenges, newest first."""
    return _trail_page(audit.whole_trail(organization), number) | {"whole": True}


def _trail_page(entries: QuerySet[AuditEntry], number: str) -> dict[str, Any]:
    page = Paginator(entries, AT_ONCE).get_page(number)
    return {"page": page, "lines": trail.lines_of(page, names_of(list(page)))}


def _corrections(challenge: Challenge) -> list[Correction]:
    """The latest corrections of those whose steps colleagues see under their name."""
    rows = Correction.objects.filter(participant__challenge=challenge, participant__hidden=False)
    named = rows.filter(participant__person__leaderboard_visibility=Visibility.NAME)
    return list(named.select_related("participant__person").order_by("-at", "pk")[:AT_ONCE])


def _earlier(challenge: Challenge) -> list[Result]:
    rows = Result.objects.filter(challenge=challenge, superseded_at__isnull=False)
    return list(rows.order_by("-edition"))
