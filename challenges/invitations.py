"""Invitations as links: where they lead, and what somebody who opens one can do with it.

A link is known to whoever was sent it. It tells what a team, its challenge and their organization
are called, and nothing about people.
"""

from datetime import datetime
from enum import StrEnum

from django.conf import settings

from challenges.membership import JOINABLE
from challenges.models import Participant, Team
from challenges.phases import state_of
from challenges.team_moves import has_room
from users.models import User


class Welcome(StrEnum):
    """What somebody finds who opens an invitation."""

    SIGN_IN = "sign_in"
    OPEN = "open"
    INSIDE = "inside"
    ELSEWHERE = "elsewhere"
    FULL = "full"
    OVER = "over"
    STRANGER = "stranger"


def address(invite: str) -> str | None:
    """Return the link for an invitation, None for a team that has none."""
    return f"{settings.BASE_URL}/join/{invite}" if invite else None


def opened(invite: str) -> Team | None:
    """Return the team of a published challenge that an invitation is for."""
    if not invite.isascii() or "\0" in invite:
        return None
    rows = Team.objects.exclude(invite="").filter(challenge__published_at__isnull=False)
    return rows.select_related("challenge__organization").filter(invite=invite).first()


def welcome(team: Team, person: User | None, *, now: datetime) -> Welcome:
    """Return what the person can do with an invitation to the team; None is nobody yet."""
    joinable = state_of(team.challenge, now) in JOINABLE
    if person is None:
        return Welcome.SIGN_IN if joinable else Welcome.OVER
    if person.organization_id != team.challenge.organization_id:
        return Welcome.STRANGER
    own = team_of(team, person)
    if own == team:
        return Welcome.INSIDE
    if not joinable:
        return Welcome.OVER
    if own is not None:
        return Welcome.ELSEWHERE
    return Welcome.OPEN if has_room(team.challenge, team) else Welcome.FULL


def team_of(team: Team, person: User) -> Team | None:
    """Return the team the person is in, in the challenge of ``team``."""
    rows = Participant.objects.filter(challenge_id=team.challenge_id, person=person, left_at=None)
    row = rows.select_related("team").first()
    return row.team if row else None
