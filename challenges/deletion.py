"""What staff may delete: a challenge nobody has seen, a team that nothing hangs on.

Who may act as staff is checked by the caller; each is one transaction and leaves an audit entry
that outlives what was deleted.
"""

from datetime import datetime

from django.db import transaction

from challenges import audit, boards
from challenges.entrants import TEAMS, Change
from challenges.models import Challenge, Participant, ResultLine, Team, TeamStay
from challenges.phases import State, state_of
from challenges.refusals import MembershipRefused
from challenges.versions import next_version
from users.models import User


@transaction.atomic
def delete_draft(*, challenge: Challenge, now: datetime, actor: User) -> None:
    """Delete a draft with its teams; deleting twice is once.

    Raises ``MembershipRefused`` (``not_a_draft``) once it was published.
    """
    stored = Challenge.objects.select_for_update().filter(pk=challenge.pk).first()
    if stored is None:
        return
    if stored.published_at is not None:
        raise MembershipRefused(
            "not_a_draft", "It was published, so people may rely on it. It can be ended instead."
        )
    plan = {"starts_on": stored.starts_on, "kind": stored.kind}
    audit.note(stored, "draft_deleted", actor=actor, now=now, subject=stored.name, before=plan)
    stored.delete()


@transaction.atomic
def delete_team(*, team: Team, now: datetime, actor: User) -> None:
    """Delete a team that nobody is in; deleting twice is once.

    People who left the challenge while they were in it come back without a team. Raises
    ``MembershipRefused``: ``challenge_closed`` once the result is final, ``team_not_empty``,
    ``team_has_steps`` (people who changed teams left days with it), ``team_in_result``.
    """
    challenge = Challenge.objects.select_for_update(no_key=True).get(pk=team.challenge_id)
    people = Participant.objects.select_for_update(no_key=True).filter(team=team)
    inside = [row for row in people.order_by("pk") if row.left_at is None]
    stored = Team.objects.select_for_update().filter(pk=team.pk).first()
    if stored is None:
        return
    _check_unused(challenge, stored, inside, now)
    gone = {"team": str(stored.pk)}
    audit.note(challenge, "team_deleted", actor=actor, now=now, subject=stored.name, before=gone)
    # A push that gets lost does no harm: an empty team is last, and a line without a row not shown.
    version = next_version(stored.version, now)
    member = TEAMS.member(stored.pk)
    boards.push_after_commit([Change(challenge.pk, TEAMS.name, member, None, version)])
    stored.delete()


def _check_unused(
    challenge: Challenge, team: Team, inside: list[Participant], now: datetime
) -> None:
    if state_of(challenge, now) is State.FINAL:
        raise MembershipRefused(
            "challenge_closed", "The result is final; its teams stay as they are."
        )
    if inside:
        members = f"{len(inside)} {'person is' if len(inside) == 1 else 'people are'}"
        raise MembershipRefused("team_not_empty", f"{members} in it. Move them first.")
    if TeamStay.objects.filter(team=team).exists():
        raise MembershipRefused(
            "team_has_steps", "People who changed teams have left days with it, which count for it."
        )
    lines = ResultLine.objects.filter(result__challenge=challenge, board=TEAMS.name)
    if lines.filter(member=TEAMS.member(team.pk)).exists():
        raise MembershipRefused("team_in_result", "It stands in a result that was frozen.")
