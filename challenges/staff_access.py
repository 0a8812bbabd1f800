"""Who may act as staff over HTTP, and what they may act on."""

import json
import uuid
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from challenges.models import Challenge, Participant, Team
from challenges.queries import challenges_of
from users.authentication import person_of
from users.identifiers import not_found, uuid_or_404
from users.models import User
from users.problems import ProblemError

MAX_PARTICIPANT = 2**63 - 1


def staff_of(request: Request) -> User:
    """Return who asks, who works in HR; raises ``ProblemError`` 403 ``not_staff``.

    To people of other organizations the challenge in the address does not exist: 404.
    """
    person = person_of(request)
    if not person.is_hr:
        asked = (request.parser_context or {}).get("kwargs", {}).get("challenge_id")
        if asked is not None:
            own_challenge(person, asked)
        raise ProblemError(403, "not_staff", "This is for the people who run the challenges.")
    return person


def manager_of(request: Request) -> User:
    """Return who asks, who may change challenges; raises ``ProblemError`` 403."""
    person = staff_of(request)
    if not person.is_hr_manager:
        raise ProblemError(403, "not_manager", "Your role may read challenges, not change them.")
    return person


def own_challenge(staff: User, challenge_id: str) -> Challenge:
    """Return a challenge of the organization, drafts too; raises ``ProblemError`` 404."""
    found = challenges_of(staff.organization).filter(pk=uuid_or_404(challenge_id)).first()
    if found is None:
        raise not_found()
    return found


def own_team(challenge: Challenge, team_id: str) -> Team:
    """Return a team of the challenge; raises ``ProblemError`` 404."""
    team = Team.objects.filter(challenge=challenge, pk=uuid_or_404(team_id)).first()
    if team is None:
        raise not_found()
    return team


def own_participant(challenge: Challenge, participant_id: int) -> Participant:
    """Return somebody of the challenge, also who left; raises ``ProblemError`` 404."""
    rows = Participant.objects.select_related("person", "team", "challenge")
    if participant_id > MAX_PARTICIPANT:
        raise not_found()
    row = rows.filter(challenge=challenge, pk=participant_id).first()
    if row is None:
        raise not_found()
    return row


def chosen_team(challenge: Challenge, team_id: uuid.UUID | None) -> Team | None:
    """Return the team that was named in a body; raises ``ProblemError`` 400 for another's."""
    if team_id is None:
        return None
    team = Team.objects.filter(challenge=challenge, pk=team_id).first()
    if team is None:
        errors = {"team_id": ["There is no such team in this challenge."]}
        raise ProblemError(400, "invalid", "Some of what was sent is not valid.", errors=errors)
    return team


def storable(value: Any) -> Any:
    """Refuse JSON that PostgreSQL cannot keep: NUL characters and halves of pairs."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError as error:
        raise serializers.ValidationError("This holds characters that are no text.") from error
    if "\\u0000" in text:
        raise serializers.ValidationError("This holds characters that are no text.")
    return value
