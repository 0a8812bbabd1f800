"""What staff do for teams and for those who take part, beyond planning and moving.

Who may act as staff is checked by the caller; each is one transaction and leaves an audit entry.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from challenges import audit, membership, plan_rules
from challenges.models import Challenge, Participant, Team
from challenges.models.game import new_invite
from challenges.phases import State, state_of
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from users.models import User


@transaction.atomic
def rename_team(*, team: Team, name: str, now: datetime, actor: User) -> Team:
    """Give a team another name. Raises ``PlanInvalid`` (``name``): taken, empty, or too late."""
    stored = _held(team, now)
    wanted, before = name.strip(), stored.name
    others = Team.objects.filter(challenge_id=stored.challenge_id).exclude(pk=stored.pk)
    errors = plan_rules.problems_of_names([wanted], others.values_list("name", flat=True))
    if errors:
        raise PlanInvalid({"name": errors["teams"]})
    if wanted != before:
        stored.name = wanted
        stored.save(update_fields=["name"])
        _note(stored, "team_renamed", actor, now, before={"name": before}, after={"name": wanted})
    return stored


@transaction.atomic
def appoint_captain(*, team: Team, participant_id: int | None, now: datetime, actor: User) -> Team:
    """Make a member captain, or nobody; raises ``PlanInvalid`` (``captain``: not a member)."""
    stored = _held(team, now)
    members = Participant.objects.filter(team=stored, left_at=None)
    captain = members.filter(pk=participant_id).first() if participant_id else None
    if participant_id is not None and captain is None:
        raise PlanInvalid({"captain": ["Only a member of the team can be its captain."]})
    before, stored.captain = stored.captain_id, captain
    if before != stored.captain_id:
        stored.save(update_fields=["captain"])
        changed = {"participant": before}, {"participant": stored.captain_id}
        _note(stored, "captain_appointed", actor, now, before=changed[0], after=changed[1])
    return stored


@transaction.atomic
def change_team(
    *, team: Team, name: str, captain_id: int | None, now: datetime, actor: User
) -> Team:
    """Rename a team and appoint its captain, or neither; raises ``PlanInvalid`` as these do."""
    rename_team(team=team, name=name, now=now, actor=actor)
    return appoint_captain(team=team, participant_id=captain_id, now=now, actor=actor)


@transaction.atomic
def renew_invite(*, team: Team, now: datetime, actor: User) -> Team:
    """Replace the invitation, so that the old one ends. Raises ``PlanInvalid`` when too late."""
    stored = _held(team, now)
    stored.invite = new_invite()
    stored.save(update_fields=["invite"])
    _note(stored, "invite_renewed", actor, now)
    return stored


@transaction.atomic
def add_person(
    *, challenge: Challenge, person: User, team: Team | None, now: datetime, actor: User
) -> Participant:
    """Let somebody take part on their behalf. Raises ``MembershipRefused`` as joining does."""
    row = membership.join(challenge=challenge, person=person, team=team, now=now)
    audit.note(challenge, "person_added", actor=actor, now=now, subject=f"participant {row.pk}")
    return row


@transaction.atomic
def remove_person(
    *, challenge: Challenge, person: User, reason: str, now: datetime, actor: User
) -> Participant:
    """Take somebody out; what was scored is kept in case they come back.

    Raises ``PlanInvalid`` (``reason``: none given) and ``MembershipRefused``: ``not_joined``,
    ``challenge_closed`` once the result is final.
    """
    if not reason.strip():
        raise PlanInvalid({"reason": ["Say why; it is kept in the audit trail."]})
    row = membership.leave(challenge=challenge, person=person, now=now)
    if row is None:
        raise MembershipRefused("not_joined", "This person does not take part.")
    subject = f"participant {row.pk}"
    audit.note(challenge, "person_removed", actor=actor, now=now, subject=subject, reason=reason)
    return row


def _held(team: Team, now: datetime) -> Team:
    """Return the team, locked after its challenge. Raises ``PlanInvalid`` (``teams``).

    A final result keeps its teams as they are, and a team may have been deleted meanwhile.
    """
    locked = Challenge.objects.select_for_update(no_key=True)
    challenge = locked.filter(pk=team.challenge_id).first()
    stored = Team.objects.select_for_update(no_key=True).filter(pk=team.pk).first()
    if challenge is None or stored is None:
        raise PlanInvalid({"teams": ["This team was deleted meanwhile."]})
    if state_of(challenge, now) is State.FINAL:
        raise PlanInvalid({"teams": ["The result is final; its teams stay as they are."]})
    return stored


def _note(
    team: Team,
    action: str,
    actor: User,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.note(
        team.challenge,
        action,
        actor=actor,
        now=now,
        subject=team.name,
        before=before,
        after=after,
    )
