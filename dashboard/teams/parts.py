"""What the pages about teams and single participants show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q

from challenges import team_rules
from challenges.invitations import address
from challenges.models import Challenge, Correction, Participant, Team, TeamStay
from challenges.phases import State
from dashboard.connection_facts import facts_by_person
from dashboard.queries import ChallengeCard
from dashboard.rows import PersonRow, person_row
from users.models import User

FORMING = {State.UPCOMING, State.LIVE}
ADDING = FORMING | {State.DRAFT}
MOVED = {
    "move_along": "All earlier steps go along to the new team.",
    "stay": "Steps up to yesterday stay with the old team; from today on they count for the new.",
}


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team, who is in it, and the link that invites others."""

    team: Team
    members: list[Participant]
    full: bool
    url: str | None


def team_parts(card: ChallengeCard) -> dict[str, Any]:
    """Return the teams, how many have none, and what can be done now."""
    challenge = card.challenge
    rules = team_rules.read(challenge.team_rules)
    inside = Participant.objects.filter(challenge=challenge, left_at=None)
    lines = _lines(challenge, rules.largest)
    return {
        "lines": lines,
        "largest": rules.largest,
        "words": team_rules.words(rules),
        "alone": inside.filter(team=None).count(),
        "can_add": card.state in ADDING,
        "can_fill": card.state in FORMING,
        "open": card.state is not State.FINAL,
    }


def participant_parts(row: Participant, *, now: datetime) -> dict[str, Any]:
    """Return one who takes part: data health, teams so far, what moving would do."""
    rules = team_rules.read(row.challenge.team_rules)
    return {
        "row": row,
        "person": _described(row, now),
        "moved": MOVED[rules.moved_steps],
        "stays": list(TeamStay.objects.filter(participant=row).select_related("team")),
        "late": Correction.objects.filter(participant=row).count(),
    }


def participant_of(challenge: Challenge, participant_id: int) -> Participant | None:
    """Return somebody of the challenge, also who has left."""
    rows = Participant.objects.select_related("person__freshness", "team", "challenge")
    return rows.filter(challenge=challenge, pk=participant_id).first()


def person_by_email(challenge: Challenge, email: str) -> User | None:
    """Return the person of the organization with that address who can sign in."""
    people = User.objects.filter(organization_id=challenge.organization_id, is_active=True)
    return people.filter(email__iexact=email).first()


def _described(row: Participant, now: datetime) -> PersonRow:
    facts = facts_by_person([row.person_id]).get(row.person_id, [])
    described = person_row(row.person, facts, now=now)
    described.participant = row
    return described


def _lines(challenge: Challenge, largest: int | None) -> list[TeamLine]:
    members = Participant.objects.filter(left_at=None).select_related("person")
    rows = (
        Team.objects.filter(challenge=challenge)
        .select_related("captain__person")
        .prefetch_related(
            Prefetch("members", members.order_by("person__display_name", "pk"), to_attr="inside")
        )
        .annotate(size=Count("members", filter=Q(members__left_at=None)))
        .order_by("name")
    )
    return [
        TeamLine(
            team,
            team.inside,
            full=largest is not None and team.size >= largest,
            url=address(team.invite),
        )
        for team in rows
    ]
