"""What the addresses of this room have in common: finding, reading, refusing."""

import uuid

from challenges import catalogue, teams
from challenges.models import Challenge, Team
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from users.models import User
from users.problems import ProblemError

INVALID = "Some of what was sent is not valid; see errors."


def invalid(field: str, message: str) -> ProblemError:
    """Make the problem for one invalid field."""
    return ProblemError(400, "invalid", INVALID, errors={field: [message]})


def unplanned(refusal: PlanInvalid) -> ProblemError:
    """Make the problem for what cannot be carried out."""
    return ProblemError(400, "invalid", INVALID, errors=refusal.errors)


def refused(refusal: MembershipRefused) -> ProblemError:
    """Make the problem for what somebody may not do now."""
    return ProblemError(409, refusal.code, refusal.detail)


def challenge_or_404(person: User, challenge_id: str) -> Challenge:
    """Return a challenge the person can see; anything else does not exist for them."""
    try:
        challenge = catalogue.visible(person, uuid.UUID(challenge_id))
    except ValueError:
        challenge = None
    if challenge is None:
        raise ProblemError(404, "not_found", "There is no such challenge.")
    return challenge


def team_named(
    challenge: Challenge, *, team_id: uuid.UUID | None, invite: str | None
) -> Team | None:
    """Return the team that is meant, None when none is; raises ``ProblemError`` 400."""
    if invite is not None:
        team = teams.invited(challenge, invite)
        if team is None:
            raise invalid("invite", "This invitation is not valid any more.")
        return team
    if team_id is None:
        return None
    team = Team.objects.filter(challenge=challenge, pk=team_id).first()
    if team is None:
        raise invalid("team_id", "There is no such team in this challenge.")
    return team
