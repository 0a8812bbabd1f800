"""What the pages about the end of a challenge show."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator

from challenges import audit, results
from challenges.models import Challenge, Correction, Participant, Result, Team
from challenges.phases import State, final_at, last_day
from dashboard import roster, trail
from dashboard.filters import PeopleFilter
from dashboard.moments import in_words, moments_of
from dashboard.provisional import provisional_people
from dashboard.queries import ChallengeCard
from users.models import User, Visibility

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
    """Return a page of the audit trail, newest first."""
    page = Paginator(audit.trail(challenge), AT_ONCE).get_page(number)
    return {"page": page, "lines": trail.lines_of(page, _names(challenge))}


def _corrections(challenge: Challenge) -> list[Correction]:
    """The latest corrections of those whose steps colleagues see under their name."""
    rows = Correction.objects.filter(participant__challenge=challenge, participant__hidden=False)
    named = rows.filter(participant__person__leaderboard_visibility=Visibility.NAME)
    return list(named.select_related("participant__person").order_by("-at", "pk")[:AT_ONCE])


def _earlier(challenge: Challenge) -> list[Result]:
    rows = Result.objects.filter(challenge=challenge, superseded_at__isnull=False)
    return list(rows.order_by("-edition"))


def _names(challenge: Challenge) -> dict[str, str]:
    """What participants and teams in audit entries are called."""
    people = Participant.objects.filter(challenge=challenge)
    rows = people.values_list("pk", "person__display_name")
    named = {f"{trail.PARTICIPANT} {pk}": name for pk, name in rows}
    teams = Team.objects.filter(challenge=challenge).values_list("pk", "name")
    return named | {str(pk): name for pk, name in teams}
