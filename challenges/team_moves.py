"""Puts participants into teams: room, captains, and what becomes of steps walked before.

For callers that hold the challenge, the person and the participant, in this order.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from challenges import team_rules
from challenges.models import Challenge, Participant, Team, TeamStay, ZoneRule
from challenges.phases import State, state_of
from challenges.refusals import MembershipRefused
from users.calendar import ONE_DAY


def local_day(participant: Participant, now: datetime) -> date:
    """Return the day of the challenge that it is now for the person."""
    challenge = participant.challenge
    if challenge.zone_rule == ZoneRule.ORGANIZATION:
        return now.astimezone(ZoneInfo(challenge.organization.timezone)).date()
    return participant.person.calendar.date_of(now)


def check_team(challenge: Challenge, team: Team | None) -> None:
    """Refuse (``unknown_team``) a team of another challenge, or one that was deleted meanwhile."""
    if team is None:
        return
    if not Team.objects.filter(pk=team.pk, challenge=challenge).exists():
        raise MembershipRefused("unknown_team", "There is no such team in this challenge.")


def has_room(challenge: Challenge, team: Team) -> bool:
    """Return whether the team has fewer members than it may have."""
    largest = team_rules.read(challenge.team_rules).largest
    return largest is None or team.members.filter(left_at=None).count() < largest


def check_room(challenge: Challenge, team: Team) -> None:
    """Refuse (``team_full``) where the team has as many members as it may have."""
    if not has_room(challenge, team):
        largest = team_rules.read(challenge.team_rules).largest
        raise MembershipRefused("team_full", f"This team has {largest} members already.")


def put_into(participant: Participant, team: Team | None, now: datetime) -> Team | None:
    """Change the team on the row, unsaved, and return the one that was left.

    Where earlier steps stay, a stay is stored for the days before today and the new team gets what
    is counted from today on. Raises ``MembershipRefused`` (``team_full``).
    """
    before = participant.team
    if team is not None:
        check_room(participant.challenge, team)
    if before is not None and _stays(participant.challenge, now):
        _leave_days_behind(participant, before, local_day(participant, now))
    participant.team = team
    return before


def _stays(challenge: Challenge, now: datetime) -> bool:
    running = state_of(challenge, now) is not State.UPCOMING
    return running and team_rules.read(challenge.team_rules).moved_steps == "stay"


def _leave_days_behind(participant: Participant, team: Team, today: date) -> None:
    first, last = participant.team_since, today - ONE_DAY
    if last >= (first or participant.challenge.starts_on):
        TeamStay.objects.create(team=team, participant=participant, first=first, last=last)
    participant.team_since = today


def hand_over(participant: Participant, team: Team | None) -> None:
    """Make the member who has been there longest captain where ``participant`` was."""
    if team is None or team.captain_id != participant.pk:
        return
    others = Participant.objects.filter(team=team, left_at=None).exclude(pk=participant.pk)
    team.captain = others.order_by("joined_at", "pk").first()
    team.save(update_fields=["captain"])
