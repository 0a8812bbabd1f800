"""Joining and leaving a challenge."""

from datetime import datetime

from django.db import transaction

from challenges import scored_days, totals
from challenges.models import Challenge, LateJoiners, Participant, Team
from challenges.phases import State, is_open, state_of
from challenges.refusals import MembershipRefused
from challenges.team_moves import check_room, check_team, hand_over, local_day, put_into
from users.models import User, Visibility

JOINABLE = {State.UPCOMING, State.LIVE}


@transaction.atomic
def join(
    *, challenge: Challenge, person: User, team: Team | None = None, now: datetime
) -> Participant:
    """Let ``person`` take part, in ``team`` if given; days since the start count at once.

    Joining twice changes nothing, except that somebody without a team gets one. Raises
    ``MembershipRefused``: ``not_found`` (another organization, or a draft), ``challenge_closed``,
    ``unknown_team`` (not of this challenge), ``team_already_chosen``, ``team_full``.
    """
    # An edit that rescores everybody holds the challenge, whoever changes the person's days holds
    # the person: what they wrote is visible from here on, and they will see who joined.
    challenge = _held(challenge)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    _check_challenge(challenge, person, now)
    check_team(challenge, team)
    kept = _kept(challenge, person)
    if kept is not None and kept.left_at is None:
        return _choose_team(kept, team, now)
    return _enter(kept or Participant(challenge=challenge, person=person), team, now)


@transaction.atomic
def leave(*, challenge: Challenge, person: User, now: datetime) -> Participant | None:
    """Take ``person`` off the boards; what was scored is kept in case they come back.

    Returns the row, or None for somebody who never joined; leaving twice changes nothing. Raises
    ``MembershipRefused`` (``challenge_closed``) once the challenge is final.
    """
    participant = _kept(challenge, person)
    if participant is None or participant.left_at is not None:
        return participant
    if not is_open(challenge, now):
        raise MembershipRefused("challenge_closed", "The challenge is over; its result is final.")
    participant.left_at = now
    participant.save(update_fields=["left_at"])
    hand_over(participant, participant.team)
    totals.settle([participant], now=now, membership_changed=True)
    return participant


def _enter(participant: Participant, team: Team | None, now: datetime) -> Participant:
    wish = participant.person.leaderboard_visibility
    before = participant.team
    if team is not None and team != before:
        put_into(participant, team, now)
    elif before is not None:
        check_room(participant.challenge, before)
    participant.joined_at, participant.left_at = now, None
    participant.hidden = wish == Visibility.HIDDEN
    if participant.pk is None and participant.challenge.late_joiners == LateJoiners.FROM_JOINING:
        participant.counts_from = local_day(participant, now)
    participant.save()
    scored_days.rewrite([participant], None)
    totals.settle([participant], now=now, membership_changed=True)
    return participant


def _held(challenge: Challenge) -> Challenge:
    stored = Challenge.objects.select_for_update(no_key=True).filter(pk=challenge.pk).first()
    if stored is None:
        raise MembershipRefused("not_found", "There is no such challenge.")
    return stored


def _check_challenge(challenge: Challenge, person: User, now: datetime) -> None:
    welcome = person.is_active and challenge.organization_id == person.organization_id
    state = state_of(challenge, now)
    if not welcome or state is State.DRAFT:
        raise MembershipRefused("not_found", "There is no such challenge.")
    if state not in JOINABLE:
        raise MembershipRefused("challenge_closed", "The challenge is over; nobody can join it.")


def _kept(challenge: Challenge, person: User) -> Participant | None:
    rows = Participant.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("challenge", "person", "team")
    return rows.filter(challenge=challenge, person=person).first()


def _choose_team(participant: Participant, team: Team | None, now: datetime) -> Participant:
    if team is None or participant.team_id == team.pk:
        return participant
    if participant.team_id is not None:
        raise MembershipRefused(
            "team_already_chosen", "You are in another team of this challenge already."
        )
    put_into(participant, team, now)
    participant.save(update_fields=["team", "team_since"])
    totals.settle([participant], now=now, membership_changed=True)
    return participant
